"""Connections to PostgreSQL: every one speaks JSON as values and looks into its service's schema."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec

from trackagoat.events.codec import encode
from trackagoat.events.topology import SERVICES

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


_NAMED = re.compile(rf"\b(?:FROM|JOIN) ({'|'.join(SERVICES)})\.")


@functools.lru_cache(maxsize=1024)
def named(query: str) -> str | None:
    """The other service whose tables the query reads; None when it names none. No query names those of two."""
    found = _NAMED.search(query)
    return found and found[1]


class Databases:
    """A service's own pool, and those of the services that live in databases of their own: a query goes where the
    tables are that it names. Whatever else is asked for is the own pool's, as every transaction is.
    """

    def __init__(self, own: asyncpg.Pool[Any], elsewhere: Mapping[str, asyncpg.Pool[Any]]) -> None:
        """`elsewhere` is by service; the others share the own database."""
        self._own, self._elsewhere = own, elsewhere

    def _of(self, query: str) -> asyncpg.Pool[Any]:
        return self._elsewhere.get(named(query) or "", self._own)

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """As the pool does."""
        return await self._of(query).fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """As the pool does."""
        return await self._of(query).fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        """As the pool does."""
        return await self._of(query).fetchval(query, *args)

    def __getattr__(self, name: str) -> Any:
        """Of the own pool."""
        return getattr(self._own, name)
