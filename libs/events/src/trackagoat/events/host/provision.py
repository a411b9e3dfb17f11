"""Roles and schemas: one of each per service, made by the operator before anything is migrated."""

from __future__ import annotations

from typing import Any

import asyncpg

from trackagoat.events.topology import SERVICES

SCHEMAS = (*SERVICES, "gateway")
"""Every schema; each belongs to the login role `trackagoat_<schema>`."""


def role(service: str) -> str:
    """The login role of a service."""
    return f"trackagoat_{service}"


async def provision(dsn: str, passwords: dict[str, str]) -> None:
    """Create or update roles and schemas in the database; `dsn` is of a superuser or the database's owner."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtext('trackagoat provision'))")
            for service in SCHEMAS:
                await _role(connection, role(service), passwords[service])
            roles = ", ".join(role(s) for s in SCHEMAS)
            for service in SCHEMAS:
                await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {role(service)}")
                await connection.execute(f"GRANT USAGE ON SCHEMA {service} TO {roles}")
            await connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    finally:
        await connection.close()


async def _role(connection: asyncpg.Connection[Any], name: str, password: str) -> None:
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f"CREATE ROLE {name} LOGIN")
    quoted = await connection.fetchval("SELECT quote_literal($1)", password)
    await connection.execute(f"ALTER ROLE {name} PASSWORD {quoted}")
