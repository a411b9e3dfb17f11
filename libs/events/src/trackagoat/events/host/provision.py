"""Roles and schemas: one of each per service, made by the operator before anything is migrated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import asyncpg

from trackagoat.events.topology import SERVICES

SCHEMAS = (*SERVICES, "gateway")
"""Every schema; each belongs to the login role `trackagoat_<schema>`."""

_MEMBER = "SELECT FROM pg_roles WHERE rolname = current_user AND rolsuper"
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('trackagoat provision'))"


def role(service: str) -> str:
    """The login role of a service."""
    return f"trackagoat_{service}"


def statements(
    passwords: Mapping[str, str], services: Sequence[str] = SCHEMAS, *, apart: bool = False
) -> Iterator[str]:
    """The SQL that makes roles and schemas of these services as they should be, whatever is there already.

    All roles are named in it, because migrations grant to all; those of other services, and of services without a
    password here, keep the password they have. `apart`: the others have servers of their own and log in here only to
    read, so theirs are set, too. Run it as a superuser, or as the database's owner with CREATEROLE.
    """
    yield _ALONE
    for service in SCHEMAS:
        yield _block(
            f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role(service)}') THEN"
            f" CREATE ROLE {role(service)} LOGIN; END IF;"
        )
    for service in services:
        yield from _own(service, passwords.get(service))
    for reader in sorted(set(passwords) - set(services)) if apart else ():
        yield _password(reader, passwords[reader])
    yield "REVOKE CREATE ON SCHEMA public FROM PUBLIC"


def _own(service: str, password: str | None) -> Iterator[str]:
    """What belongs to one service."""
    name, readers = role(service), ", ".join(map(role, SCHEMAS))
    if password is not None:
        yield _password(service, password)
    # A pooler in transaction mode does not pass on what a client asks for when it connects.
    yield f"ALTER ROLE {name} SET search_path = {service}"
    yield f"ALTER ROLE {name} SET timezone = 'UTC'"
    yield f"ALTER ROLE {name} SET idle_in_transaction_session_timeout = '60s'"
    # Only a superuser may make a schema for a role it is no member of.
    yield _block(f"IF NOT EXISTS ({_MEMBER}) THEN GRANT {name} TO CURRENT_USER; END IF;")
    yield f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {name}"
    yield f"GRANT USAGE ON SCHEMA {service} TO {readers}"


def _password(service: str, password: str) -> str:
    return f"ALTER ROLE {role(service)} PASSWORD {_literal(password)}"


def script(passwords: Mapping[str, str], services: Sequence[str] = SCHEMAS, *, apart: bool = False) -> str:
    """The same as a file for psql: all of it or nothing."""
    lines = "\n".join(f"{statement};" for statement in statements(passwords, services, apart=apart))
    return f"BEGIN;\n{lines}\nCOMMIT;\n"


async def provision(
    dsn: str, passwords: Mapping[str, str], services: Sequence[str] = SCHEMAS, *, apart: bool = False
) -> None:
    """Create or update roles and schemas in the database; `dsn` is of a superuser or the database's owner."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            for statement in statements(passwords, services, apart=apart):
                await connection.execute(statement)
    finally:
        await connection.close()


def _block(body: str) -> str:
    return f"DO $$ BEGIN {body} END $$"


def _literal(text: str) -> str:
    """A string constant, whatever standard_conforming_strings says."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
