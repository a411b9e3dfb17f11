"""Attempts: who fails to sign in too often has to wait."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.store import attempts

if TYPE_CHECKING:
    from trackagoat.events.sql import Db

WINDOW = timedelta(minutes=15)
PER_EMAIL, PER_ADDRESS = 10, 30


class Attempt:
    """One try to sign in. It counts as failed, for the e-mail and for the address, until it has succeeded."""

    def __init__(self, email_hash: str, address: str, now: datetime) -> None:
        """`email_hash` and `address` name nobody to who reads the table."""
        self._email, self._address, self._now = f"email {email_hash}", f"address {address}", now

    async def begin(self, db: Db) -> None:
        """Raises a 429 when there were 10 failures for the e-mail or 30 from the address in 15 minutes."""
        since = self._now - WINDOW
        if not await attempts.take(db, self._address, self._now, since, PER_ADDRESS):
            raise await _wait(db, self._address, self._now)
        if not await attempts.take(db, self._email, self._now, since, PER_EMAIL):
            raise await _wait(db, self._email, self._now)

    async def succeeded(self, db: Db) -> None:
        """It was the right password: this one did not fail."""
        await attempts.give_back(db, self._email, self._now)
        await attempts.give_back(db, self._address, self._now)
        await attempts.sweep(db, self._now - WINDOW)


async def _wait(db: Db, who: str, now: datetime) -> ApiError:
    first = await attempts.oldest(db, who, now - WINDOW) or now
    wait = max(1, math.ceil((first + WINDOW - now).total_seconds()))
    message = "Too many failed attempts; wait before the next one"
    return ApiError("rate_limit_exceeded", message, headers={"Retry-After": str(wait)}, retryAfter=wait)
