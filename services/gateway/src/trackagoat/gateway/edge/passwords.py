"""Passwords: argon2id, worked out beside the event loop and not too many at once."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 128
_AT_ONCE = 4
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("nobody's password")


class Passwords:
    """Hashes and checks; each takes some 20 ms and 19 MiB, so only a few go on side by side."""

    def __init__(self) -> None:
        """Nothing goes on yet."""
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def hashed(self, password: str) -> str:
        """What is stored of a password."""
        async with self._room:
            return await asyncio.to_thread(_hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether it is the one that was stored; for nobody (None) the answer is no and takes as long."""
        async with self._room:
            return await asyncio.to_thread(_matches, stored, password)


def _matches(stored: str | None, password: str) -> bool:
    try:
        _hasher.verify(_NOBODY if stored is None else stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def hashed(password: str) -> str:
    """What is stored of a password, where nothing else has to go on meanwhile."""
    return _hasher.hash(password)
