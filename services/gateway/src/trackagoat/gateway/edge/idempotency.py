"""Idempotency: the same key, call and body gets the first answer, and the first call's commands run once."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from trackagoat.events import clock
from trackagoat.events.catalogue.words import OrgId
from trackagoat.gateway.edge.faults import ApiError, Fault, faulty
from trackagoat.gateway.store import idempotency as store

if TYPE_CHECKING:
    from trackagoat.events.sql import Db

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(seconds=60)
_LONGEST = 255
_SWEEP_EVERY = timedelta(minutes=10)


class First(msgspec.Struct, frozen=True, kw_only=True):
    """The call runs under this claim. Command ids derive from `seed`; it survives until the call's fate is known."""

    org: OrgId
    key: str
    seed: UUID
    claimed_at: datetime


class Replay(msgspec.Struct, frozen=True):
    """The call ran before; this was its answer."""

    status: int
    body: bytes
    etag: str | None


class Records:
    """The records of one installation, as one process uses them."""

    def __init__(self) -> None:
        """Nothing was swept yet."""
        self._swept: datetime | None = None

    async def claim(self, db: Db, org: OrgId, key: str, call: tuple[str, bytes], now: datetime) -> First | Replay:
        """Claim the key for a call (its route and JSON body), or find its answer. Raises a 409.

        A claim whose call died is given up after a minute; the next one gets the same seed, so that the
        services answer its commands with what they decided then.
        """
        route, body = call
        digest = _digest(body)
        row = await store.claim(db, org, key, route, digest, clock.new_id(), now, now - KEPT, now - GIVEN_UP)
        if row is not None:
            return First(org=org, key=key, seed=row.seed, claimed_at=row.claimed_at)
        held = await store.held(db, org, key)
        if held is None:
            raise ApiError("idempotency_in_progress")
        if (held.route, held.digest) != (route, digest):
            raise ApiError("idempotency_conflict")
        if held.status is None or held.answer is None:
            raise ApiError("idempotency_in_progress")
        return Replay(held.status, held.answer, held.etag)

    async def keep(self, db: Db, first: First, answer: Replay) -> None:
        """Keep the answer of a call that went well."""
        await store.keep(db, first.org, first.key, first.claimed_at, answer.status, answer.body, answer.etag)
        await self._sweep(db, first.claimed_at)

    async def free(self, db: Db, first: First, *, certain: bool) -> None:
        """Free the key of a call that failed; when its fate is not certain, its seed stays for the next try."""
        if certain:
            await store.forget(db, first.org, first.key, first.claimed_at)
        else:
            await store.let_go(db, first.org, first.key, first.claimed_at)

    async def _sweep(self, db: Db, now: datetime) -> None:
        if self._swept is None or now - self._swept > _SWEEP_EVERY:
            self._swept = now
            await store.sweep(db, now - KEPT)


def key_of(header: str | None) -> str | None:
    """The key sent with a call. Raises a 400 for a malformed one."""
    if header is None:
        return None
    if not 1 <= len(header) <= _LONGEST or not (header.isascii() and header.isprintable()):
        raise faulty("invalid_params", [Fault("header", HEADER, "1 to 255 printable ASCII characters")])
    return header


def _digest(body: bytes) -> str:
    """The same for every spelling of the same JSON value."""
    value: Any = msgspec.json.decode(body) if body else None
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()
