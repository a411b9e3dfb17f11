"""Outages: which exceptions mean that something behind the gateway is away for now."""

from __future__ import annotations

import asyncpg

from trackagoat.events.errors import Unavailable

_AWAY = (
    Unavailable,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
)


def is_outage(error: BaseException) -> bool:
    """True when trying again shortly may work; a value PostgreSQL cannot take is a mistake of ours, not that."""
    return isinstance(error, _AWAY) and not isinstance(error, asyncpg.DataError)
