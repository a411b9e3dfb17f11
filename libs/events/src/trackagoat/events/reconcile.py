"""Reconciling: is what a stream holds what its feed says? Read-only; `repair.py` mends what this finds.

Counts per partition, the two ends and the server's number of deleted messages are compared first, which is cheap.
Where they do not agree, every message's seq and id is read and held against the feed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from nats.aio.client import Client

from trackagoat.events.held import Held, Place, look, pages, reachable
from trackagoat.events.sql import Db
from trackagoat.events.topology import RETENTION_SECONDS, partition

SLACK_SECONDS = 3600.0
"""Facts this close to the end of the retention may or may not have left the stream."""
NAMED = 20
"""How many repeated or unknown messages are named."""

State = Literal["in step", "behind", "holes", "duplicates", "ahead", "absent"]

_HEAD = """
SELECT seq, (SELECT e.id FROM {0}.feed f JOIN {0}.events e USING (pos) WHERE f.seq = h.seq) AS id FROM {0}.feed_head h
"""
_IDS = "SELECT f.seq, e.id FROM {0}.feed f JOIN {0}.events e USING (pos) WHERE f.seq = ANY($1::bigint[])"
_PER_ORG = """
SELECT e.org, count(*) AS facts, count(p.seq) AS purged
FROM {0}.feed f JOIN {0}.events e USING (pos) LEFT JOIN {0}.purged p USING (seq)
WHERE f.seq BETWEEN $1 AND $2 GROUP BY e.org
"""
_PURGED = "SELECT seq FROM {0}.purged WHERE seq BETWEEN $1 AND $2 ORDER BY seq"
_OLDEST = """
SELECT min(f.seq) FROM {0}.feed f JOIN {0}.events e USING (pos)
WHERE f.seq < $1 AND e.recorded_at > now() - $2 * interval '1 second'
    AND NOT EXISTS (SELECT FROM {0}.purged p WHERE p.seq = f.seq)
"""


class Span(msgspec.Struct, frozen=True):
    """Feed seqs, the last one included."""

    first: int
    last: int

    def __str__(self) -> str:
        """As people write it."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A stream beside its feed. `partitions`: those that differ, as (facts of the feed, messages)."""

    service: str
    state: State
    head: int
    head_id: str | None
    first: int | None = None
    last: int | None = None
    last_id: str | None = None
    messages: int = 0
    behind: int = 0
    missing: list[Span] = []
    repeated: list[int] = []
    unknown: list[Place] = []
    partitions: dict[int, tuple[int, int]] = {}


class Walk:
    """Goes through a stream message by message and notes what is not as in the feed."""

    def __init__(self) -> None:
        """What the first message is decides where the walk begins."""
        self.next: int | None = None
        self.missing: list[Span] = []
        self.repeated: list[int] = []
        self.unknown: list[Place] = []

    def see(self, place: Place, known: str | None) -> None:
        """The next message, and the id that the feed has at its seq."""
        if place.seq is None or place.id != known:
            self.unknown.append(place)
        elif self.next is not None and place.seq < self.next:
            self.repeated.append(place.seq)
        else:
            if self.next is not None and place.seq > self.next:
                self.missing.append(Span(self.next, place.seq - 1))
            self.next = place.seq + 1


def disagreement(held: Held, least: Mapping[int, int], most: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    """Partitions of which the stream does not hold what the feed has between its ends.

    `least` and `most`: facts per partition between the inner and the outer ends seen.
    """
    return {
        number: (most.get(number, 0), held.partitions.get(number, 0))
        for number in sorted({*most, *held.partitions})
        if not least.get(number, 0) <= held.partitions.get(number, 0) <= most.get(number, 0)
    }


async def compare(db: Db, client: Client, service: str, *, every: bool = False) -> Comparison:
    """Hold the service's stream against its feed. `db` may read the service's schema. Raises Unavailable.

    `every`: read every message even where the counts agree, as they may after a restore by chance.
    """
    with reachable():
        return await _compare(db, client, service, every=every)


async def _compare(db: Db, client: Client, service: str, *, every: bool) -> Comparison:
    held = await look(client, service)
    head = await db.fetchrow(_HEAD.format(service))
    if held is None:
        return Comparison(service=service, state="absent", head=head["seq"], head_id=_text(head["id"]))
    if held.before is None or held.after is None:
        oldest = await _oldest(db, service, head["seq"] + 1)
        missing = [] if oldest is None else [Span(oldest, head["seq"])]
        return _judged(service, held, head, Walk(), missing, {})
    first, last = held.before[0], held.after[1]
    differing = await _differing(db, service, held)
    front = await _unexplained(db, service, await _front(db, service, first))
    walk = Walk()
    if every or held.deleted or differing or not await _known(db, service, last):
        await _scan(db, client, service, walk, last.at)
        walk.missing = await _unexplained(db, service, walk.missing)
    return _judged(service, held, head, walk, front, differing)


def _judged(  # noqa: PLR0913, PLR0917 - what there is to judge by
    service: str,
    held: Held,
    head: Any,
    walk: Walk,
    front: list[Span],
    differing: dict[int, tuple[int, int]],
) -> Comparison:
    first, last = held.before[0] if held.before else None, held.after[1] if held.after else None
    behind = max(0, head["seq"] - (last.seq or 0)) if last else sum(s.last - s.first + 1 for s in front)
    missing = [*front, *walk.missing] if last else []
    return Comparison(
        service=service,
        state=_state(walk, missing, behind),
        head=head["seq"],
        head_id=_text(head["id"]),
        first=first.seq if first else None,
        last=last.seq if last else None,
        last_id=last.id if last else None,
        messages=held.messages,
        behind=behind,
        missing=missing,
        repeated=walk.repeated[:NAMED],
        unknown=walk.unknown[:NAMED],
        partitions=differing if walk.unknown or walk.repeated or missing else {},
    )


def _state(walk: Walk, missing: Sequence[Span], behind: int) -> State:
    if walk.unknown:
        return "ahead"
    if walk.repeated:
        return "duplicates"
    if missing:
        return "holes"
    return "behind" if behind else "in step"


async def _scan(db: Db, client: Client, service: str, walk: Walk, until: int) -> None:
    """Walk through every message up to a place of the stream."""
    async for page in pages(client, service, until):
        seqs = [place.seq for place in page if place.seq is not None]
        ids = {row["seq"]: str(row["id"]) for row in await db.fetch(_IDS.format(service), seqs)}
        for place in page:
            walk.see(place, ids.get(place.seq or 0))


async def _differing(db: Db, service: str, held: Held) -> dict[int, tuple[int, int]]:
    assert held.before  # noqa: S101 - asked only of streams that hold something
    assert held.after  # noqa: S101
    outer = held.before[0].seq or 1, held.after[1].seq or 0
    inner = held.after[0].seq or 1, held.before[1].seq or 0
    _, most = await _facts(db, service, *outer)
    least, _ = await _facts(db, service, *inner)
    return disagreement(held, least, most)


async def _facts(db: Db, service: str, first: int, last: int) -> tuple[dict[int, int], dict[int, int]]:
    """How many facts each partition must have, and how many it may have: purged ones may have left or not."""
    least, most = Counter[int](), Counter[int]()
    for row in await db.fetch(_PER_ORG.format(service), first, last):
        least[partition(row["org"])] += row["facts"] - row["purged"]
        most[partition(row["org"])] += row["facts"]
    return least, most


async def _unexplained(db: Db, service: str, missing: Sequence[Span]) -> list[Span]:
    """What is missing although nobody was erased."""
    left: list[Span] = []
    for span in missing:
        first = span.first
        for row in await db.fetch(_PURGED.format(service), span.first, span.last):
            left += [Span(first, row["seq"] - 1)] if row["seq"] > first else []
            first = row["seq"] + 1
        left += [Span(first, span.last)] if first <= span.last else []
    return left


async def _front(db: Db, service: str, first: Place) -> list[Span]:
    """What the stream ought to hold still, before its first message."""
    oldest = None if first.seq is None else await _oldest(db, service, first.seq)
    return [] if oldest is None or first.seq is None else [Span(oldest, first.seq - 1)]


async def _oldest(db: Db, service: str, before: int) -> int | None:
    found: int | None = await db.fetchval(_OLDEST.format(service), before, RETENTION_SECONDS - SLACK_SECONDS)
    return found


async def _known(db: Db, service: str, place: Place) -> bool:
    rows = await db.fetch(_IDS.format(service), [place.seq])
    return bool(rows) and str(rows[0]["id"]) == place.id


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
