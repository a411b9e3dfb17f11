"""Purging: the facts about an erased subject leave the service's stream, and do not come back.

The ledger keeps them, sealed, for whoever recomputes; a follower that misses them reads them there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Any
from uuid import UUID

import asyncpg
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.errors import Unavailable
from trackagoat.events.held import reachable
from trackagoat.events.topology import partition, stream_name

PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.1

_ABOUT = """
SELECT f.seq, e.id, e.stream FROM feed f JOIN events e USING (pos)
WHERE e.org = $1 AND e.tag <> $4
    AND (e.stream = ANY ($2::text[]) OR (e.stream = $5 AND e.data ->> $6 = $3::text))
ORDER BY f.seq
"""
_SEQUENCED = "SELECT NOT EXISTS (SELECT FROM unsequenced)"
_NOTE = "INSERT INTO purged (seq) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING"
_FORGET_KEYS = "VACUUM (FULL) subject_keys"


class About:
    """Which facts are about a subject: all of its own streams, and those of a shared one that name it in a field.

    `announcement` is the tag of the fact that says the subject was erased; it stays.
    """

    def __init__(self, subject: UUID, own: Collection[str], shared: str, field: str, announcement: str) -> None:
        """Nothing is looked up here."""
        self.subject, self.own, self.shared = subject, sorted(own), shared
        self.field, self.announcement = field, announcement


async def purge(pool: asyncpg.Pool[Any], js: JetStreamContext, service: str, org: OrgId, about: About) -> int:
    """Take these facts out of the stream, overwriting them; how many it held. May be repeated.

    `pool` is in the service's schema as its owner. Raises Unavailable when the relay does not come by: the stream would
    be given back what it lost.
    """

    async def sequenced() -> bool:
        return bool(await pool.fetchval(_SEQUENCED))

    async def relayed() -> bool:
        return await _end(js, service) > int(rows[-1]["seq"])

    await _until(sequenced, f"facts of {service} wait for the sequencer; is the service running?")
    given = (about.own, str(about.subject), about.announcement, about.shared, about.field)
    rows = await pool.fetch(_ABOUT, org, *given)
    await pool.execute(_NOTE, [row["seq"] for row in rows])
    ids = {str(row["id"]) for row in rows}
    with reachable():
        if rows:
            await _until(relayed, f"the stream of {service} does not follow its feed; is the service running?")
        gone = 0
        for stream in sorted({row["stream"] for row in rows}):
            async for at in _messages(js, service, org, stream, ids):
                gone += await js.delete_msg(stream_name(service), at)
    await pool.execute(_FORGET_KEYS)
    return gone


async def _until(reached: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await reached():  # noqa: ASYNC110 - another process gets there
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError as error:
        raise Unavailable(otherwise) from error


async def _end(js: JetStreamContext, service: str) -> int:
    """The feed seq of the last message."""
    try:
        last = await js.get_last_msg(stream_name(service), f"events.{service}.>")
    except NotFoundError:
        return 0
    return int((last.headers or {})["seq"])


async def _messages(
    js: JetStreamContext, service: str, org: OrgId, stream: str, wanted: Collection[str]
) -> AsyncIterator[int]:
    """Where in the stream the wanted facts are."""
    at, subject = 1, f"events.{service}.{partition(org)}.*.{org}.{stream}"
    while True:
        try:
            found = await js.get_msg(stream_name(service), seq=at, subject=subject, next=True)
        except NotFoundError:
            return
        at = int(found.seq or 0) + 1
        if (found.headers or {}).get("ce-id") in wanted:
            yield int(found.seq or 0)
