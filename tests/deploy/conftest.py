"""Servers that others look after, prepared by the goat command, and each service in an environment of its own."""

from __future__ import annotations

import asyncio
import fcntl
import importlib.machinery
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import distribution, distributions
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest
from click.testing import CliRunner
from hatchling.builders.wheel import WheelBuilder

from trackagoat.cli.main import main
from trackagoat.embedded import Postgres
from trackagoat.embedded.nats import binary
from trackagoat.embedded.processes import Child, free_port
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS

ROOT = Path(__file__).parents[2]
LONG = "TRACKAGOAT_INSTALL_ALL"
"""Set it to install every service with deploy/install; otherwise only the one below is, and the others share wheels."""
REALLY_INSTALLED = "goals"


class External(NamedTuple):
    """PostgreSQL and NATS by URL, and the folder of secrets that opens them."""

    admin: str
    database_url: str
    nats_url: str
    secrets: Path

    def dsn(self, service: str) -> str:
        """As the service's own role."""
        return (self.secrets / service / "database_url").read_text().strip()

    def environment(self, service: str) -> dict[str, str]:
        """What a container of that service is told: secrets are files."""
        files = {f"{path.name.upper()}_FILE": str(path) for path in (self.secrets / service).iterdir()}
        return files | {
            "NATS_URL": self.nats_url,
            "NATS_USER": service,
            "HTTP_PORT": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }


def goat(*words: str, **environment: str) -> str:
    """What the goat command prints."""
    done = CliRunner().invoke(main, words, env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="session")
def external(tmp_path_factory: pytest.TempPathFactory) -> Iterator[External]:
    """Prepared as the documents say, by an operator who owns the database and is no superuser."""
    folder = tmp_path_factory.mktemp("external")
    server, nats = Postgres(folder / "postgres", durable=False), Child(folder / "nats.log")
    server.start()
    try:
        admin = asyncio.run(owned_database(server))
        place = f"127.0.0.1:{server.port}/trackagoat"
        goat("provision", "secrets", str(folder / "secrets"), "--database-url", f"postgresql://{place}")
        goat("provision", "postgres", str(folder / "secrets"), "--apply", DATABASE_URL=admin)
        port = start_nats(nats, folder)
        told = External(admin, f"postgresql://{place}", f"nats://127.0.0.1:{port}", folder / "secrets")
        password = (folder / "secrets" / "operator" / "nats_password").read_text().strip()
        asyncio.run(migrated(told))
        goat("topology", "apply", NATS_URL=told.nats_url, NATS_USER="operator", NATS_PASSWORD=password)
        yield told
    finally:
        nats.end(signal.SIGTERM, 15)
        server.stop(immediate=True)


async def owned_database(server: Postgres) -> str:
    """A database whose owner may make roles and nothing else beyond it."""
    admin = await asyncpg.connect(server.dsn())
    await admin.execute("CREATE ROLE platform LOGIN CREATEROLE PASSWORD 'test'")
    await admin.execute("CREATE DATABASE trackagoat OWNER platform")
    await admin.close()
    return server.dsn("trackagoat", user="platform", password="test")


async def migrated(told: External) -> None:
    """A service that hears others is ready only when these have a schema to read the past from."""
    await asyncio.gather(*(migrate(service, told.dsn(service)) for service in SCHEMAS))


def start_nats(nats: Child, folder: Path) -> int:
    """A server whose configuration includes what the command printed."""
    port = free_port()
    (folder / "users.conf").write_text(goat("provision", "nats", str(folder / "secrets")))
    (folder / "nats.conf").write_text(
        f'listen: "127.0.0.1:{port}"\njetstream: {{store_dir: "{folder / "jetstream"}"}}\ninclude users.conf\n'
    )
    nats.launch([binary(), "-c", str(folder / "nats.conf")])
    limit = time.monotonic() + 30
    while nats.running and time.monotonic() < limit:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return port
        time.sleep(0.02)
    pytest.fail(nats.last_words())


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`environment(service)`: where it is installed, alone; made once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(service: str) -> Path:
        into = shared / f"alone-{service}" / "trackagoat"
        into.parent.mkdir(exist_ok=True)
        with (into.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (into / "bin" / "service").exists():
                if service == REALLY_INSTALLED or LONG in os.environ:
                    install(service, into)
                else:
                    assemble(service, into, into.parent / "wheels")
        return into

    return make


def install(service: str, into: Path) -> None:
    """As the image does it."""
    command = [sys.executable, str(ROOT / "deploy" / "install"), service, str(into)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def assemble(service: str, into: Path, wheels: Path) -> None:
    """The same from the same lock and wheels of ours, but what others wrote is linked from this environment."""
    script: Any = _script()
    venv.create(into, symlinks=True, with_pip=False)
    (site,) = into.glob("lib/python3*/site-packages")
    wanted = {"trackagoat-events", f"trackagoat-{service}"}
    entries = {name for name, _, _ in script.parse("".join(script.needed(script.LOCK.read_text(), wanted)))}
    for name in entries - missing_here(entries):
        link(name, site)
    for home in (ROOT / "libs" / "events", ROOT / "services" / service):
        for wheel in WheelBuilder(str(home)).build(directory=str(wheels), versions=["standard"]):
            shutil.unpack_archive(wheel, site, "zip")
    script.programs(service, into)


def _script() -> Any:
    """deploy/install as a module."""
    loader = importlib.machinery.SourceFileLoader("install", str(ROOT / "deploy" / "install"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("install", loader))  # type: ignore[arg-type]  # the loader is there
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def missing_here(names: set[str]) -> set[str]:
    """The lock is for every platform; what this one does not take is not installed here either."""
    here = {found.name.lower().replace("_", "-").replace(".", "-") for found in distributions()}
    return {name for name in names if name not in here}


def link(name: str, site: Path) -> None:
    """Every file that belongs to an installed distribution, beside the others."""
    found = distribution(name)
    for file in found.files or ():
        source = Path(str(found.locate_file(file)))
        if "__pycache__" in source.parts or not source.is_file():
            continue
        target = Path(os.path.normpath(site / file))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
