"""Connections to PostgreSQL: every one speaks JSON as values and looks into its service's schema."""

from __future__ import annotations

from typing import Any

import asyncpg
import msgspec

from trackagoat.events.codec import encode

_decode = msgspec.json.Decoder().decode


async def prepare(connection: asyncpg.Connection[Any]) -> None:
    """Make jsonb columns and parameters plain values."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda value: encode(value).decode(), decoder=_decode, format="text"
    )


async def _keep(connection: asyncpg.Connection[Any]) -> None:
    """Give a connection back as it is: nothing outlives a transaction in it, and an open one has been rolled back.

    What the library does instead, `RESET ALL` and the like, is a round trip after every statement.
    """


STATEMENTS = 100
"""How many prepared statements a connection keeps."""


async def connect_pool(dsn: str, schema: str, size: int = 8, statements: int = STATEMENTS) -> asyncpg.Pool[Any]:
    """A pool whose connections resolve bare names in that schema and keep so many prepared statements."""
    pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        statement_cache_size=statements,
        # However long: by default what is longer than 15 KiB is parsed and planned anew at each call.
        max_cacheable_statement_size=0,
        init=prepare,
        reset=_keep,
        command_timeout=60,
        server_settings={
            "search_path": schema,
            "application_name": f"trackagoat {schema}",
            "timezone": "UTC",
            # A client that is cut off in the middle of a transaction must not keep its locks.
            "idle_in_transaction_session_timeout": "60s",
        },
    )
    assert pool is not None  # noqa: S101 - the library's signature allows None, its code does not
    return pool
