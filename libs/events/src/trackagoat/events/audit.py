"""Auditing a running system: read-only checks of what the kernel promises, each with what to do when it is broken.

A check gives its findings; none means that the promise holds. What may be wrong for a moment while facts are on their
way is looked at twice before it is called a fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec
from nats.aio.client import Client

from trackagoat.events import clock, reconcile, repair, topology
from trackagoat.events.held import reachable
from trackagoat.events.host.migrate import versions
from trackagoat.events.host.tidy import KEPT_DAYS
from trackagoat.events.reconcile import Comparison
from trackagoat.events.sql import Db
from trackagoat.events.topology import SERVICES

Level = Literal["warning", "fault"]

SEQUENCED_SECONDS = 5.0
STILL_SECONDS = 5.0
"""A reader that is behind and does not move for this long is stuck."""
PAUSE_SECONDS = 0.25
ABANDONED = timedelta(minutes=1)
SKEW_WARNING, SKEW_FAULT = 1.0, 5.0

_FEED = """
SELECT h.seq AS head, (SELECT count(*) FROM {0}.feed) AS facts, (SELECT coalesce(max(seq), 0) FROM {0}.feed) AS last,
    (SELECT count(*) FROM {0}.unsequenced u JOIN {0}.events e USING (pos)
        WHERE e.recorded_at < now() - $1 * interval '1 second') AS waiting,
    (SELECT count(*) FROM {0}.events e WHERE NOT EXISTS (SELECT FROM {0}.feed f WHERE f.pos = e.pos)
        AND NOT EXISTS (SELECT FROM {0}.unsequenced u WHERE u.pos = e.pos)) AS outside
FROM {0}.feed_head h
"""
_PARKED = """
SELECT projection, source, count(*) AS facts, count(error) AS poison, min(parked_at) AS since
FROM {0}.parked GROUP BY projection, source ORDER BY projection, source
"""
_MARKS = """
SELECT projection, source, min(seq) AS first, max(seq) AS last FROM {0}.checkpoints
WHERE partition >= 0 GROUP BY projection, source
"""
_HEAD = "SELECT seq FROM {0}.feed_head"
_RIPE = """
SELECT kind, count(*) AS rows, min(due_at) AS since, bool_or(holder IS NOT NULL) AS abandoned
FROM {0}.due WHERE due_at < $1 AND (lease_until IS NULL OR lease_until < $2) GROUP BY kind ORDER BY kind
"""
_OUTCOMES = "SELECT count(*) FROM {0}.outcomes WHERE at < now() - $1 * interval '1 day'"
_TRIGGERS = """
SELECT c.relname, bool_or(t.tgenabled IN ('O', 'A')) AS watched
FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = ANY('{events_only_grow, feed_only_grows}')
WHERE c.relnamespace = $1::text::regnamespace AND c.relname = ANY('{events, feed}') GROUP BY c.relname
"""


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it should be, and what to do about it."""

    level: Level
    what: str
    remedy: str


class Check(msgspec.Struct, frozen=True):
    """A promise that was looked at: what holds, and what does not."""

    name: str
    holds: str
    findings: list[Finding] = []

    @property
    def level(self) -> Literal["ok", "warning", "fault"]:
        """The worst of its findings."""
        levels = {finding.level for finding in self.findings}
        return "fault" if "fault" in levels else "warning" if levels else "ok"


async def twice(check: Callable[[], Awaitable[Check]], pause: float = 2 * PAUSE_SECONDS) -> Check:
    """What a second look says, where the first found something."""
    first = await check()
    if not first.findings:
        return first
    await asyncio.sleep(pause)
    return await check()


async def feeds(db: Db, schemas: Collection[str] = SERVICES) -> Check:
    """Every fact is in its feed, which is dense."""
    findings, facts = [], 0
    for schema in schemas:
        row = await db.fetchrow(_FEED.format(schema), SEQUENCED_SECONDS)
        facts += row["facts"]
        if not row["facts"] == row["last"] == row["head"]:
            what = (
                f"{schema}: the feed has {row['facts']:,} facts, ends at {row['last']:,}, its head says {row['head']:,}"
            )
            findings.append(Finding("fault", what, "the database was changed by hand: restore it from a backup"))
        if row["outside"]:
            what = f"{schema}: {row['outside']:,} events are in no feed and no queue"
            findings.append(Finding("fault", what, "the database was changed by hand: restore it from a backup"))
        if row["waiting"]:
            what = f"{schema}: {row['waiting']:,} events wait for the sequencer for more than {SEQUENCED_SECONDS:g} s"
            findings.append(Finding("fault", what, f"is {schema} running? `goat status`, then its log"))
    return Check("feeds", f"dense: {facts:,} facts in {len(schemas)} feeds", findings)


async def streams(db: Db, client: Client, schemas: Collection[str] = SERVICES) -> Check:
    """Every stream holds what its feed says. Being on its way is not a fault, staying behind is."""
    findings = []
    for schema in schemas:
        found = await settled(db, client, schema)
        if found.state != "in step":
            findings.append(Finding("fault", f"{schema}: {repair.explain(found)}", repair.remedy(found)))
    return Check("streams", f"{len(schemas)} streams hold what their feeds say", findings)


async def settled(db: Db, client: Client, service: str) -> Comparison:
    """The comparison, once what is on its way has arrived, or has not moved for a while."""
    loop = asyncio.get_running_loop()
    limit, last = loop.time() + STILL_SECONDS, -1
    while True:
        found = await reconcile.compare(db, client, service)
        if found.state != "behind":
            return found
        if (found.last or 0) > last:
            limit, last = loop.time() + STILL_SECONDS, found.last or 0
        if loop.time() > limit:
            return found
        await asyncio.sleep(PAUSE_SECONDS)


async def parked(db: Db, schemas: Collection[str] = SERVICES) -> Check:
    """Nothing stepped aside."""
    findings = [
        Finding(
            "fault",
            f"{schema}/{row['projection']}/{row['source']}: {row['facts']:,} facts parked since {row['since']:%F %T}, "
            f"{row['poison']:,} of them failed",
            "`goat parked list` names them; `goat parked retry` after the fix",
        )
        for schema in schemas
        for row in await db.fetch(_PARKED.format(schema))
    ]
    return Check("parked", "nothing is parked", findings)


Follower = tuple[str, str, str]
"""Schema, projection, source."""


async def followers(
    db: Db,
    expected: Collection[Follower] = (),
    schemas: Collection[str] = SERVICES,
    patience: float = STILL_SECONDS,
) -> Check:
    """Every lane of every follower is at its source's head, or moves. `expected`: those there must be."""
    marks, heads = await _marks(db, schemas), await _heads(db)
    findings = [
        Finding("fault", f"{'/'.join(one)} is at {last:,}, beyond the feed's head {heads[one[2]]:,}", repair.AHEAD)
        for one, (_, last) in marks.items()
        if last > heads[one[2]]
    ]
    for schema, projection, source in sorted(set(expected) - set(marks)):
        what = f"{schema}/{projection} has never followed {source}"
        findings.append(Finding("fault", what, f"is {schema} running? `goat status`, then its log"))
    behind = {one: first for one, (first, _) in marks.items() if first < heads[one[2]]}
    for one in await _stuck(db, schemas, behind, patience):
        what = f"{'/'.join(one)} stands at {behind[one]:,} of {heads[one[2]]:,} and has not moved for {patience:g} s"
        findings.append(Finding("fault", what, f"see the log of {one[0]}; is it running? `goat status`"))
    return Check("followers", f"{len(marks)} followers at their heads or moving", findings)


async def _stuck(db: Db, schemas: Collection[str], behind: Mapping[Follower, int], patience: float) -> list[Follower]:
    """Those whose slowest lane does not move."""
    limit = asyncio.get_running_loop().time() + patience
    waiting = dict(behind)
    while waiting and asyncio.get_running_loop().time() < limit:
        await asyncio.sleep(PAUSE_SECONDS)
        now = await _marks(db, schemas)
        waiting = {one: first for one, first in waiting.items() if one in now and now[one][0] == first}
    return sorted(waiting)


async def _marks(db: Db, schemas: Collection[str]) -> dict[Follower, tuple[int, int]]:
    """The slowest and the fastest lane of each follower."""
    return {
        (schema, row["projection"], row["source"]): (row["first"], row["last"])
        for schema in schemas
        for row in await db.fetch(_MARKS.format(schema))
    }


async def _heads(db: Db) -> dict[str, int]:
    return {schema: await db.fetchval(_HEAD.format(schema)) for schema in SERVICES}


async def due(
    db: Db, older: timedelta, worked: Collection[tuple[str, str]] | None = None, schemas: Collection[str] = SERVICES
) -> Check:
    """Nothing has been due for longer. `worked`: the (schema, kind) somebody works on; others only warn."""
    now, findings = clock.now(), []
    for schema in schemas:
        for row in await db.fetch(_RIPE.format(schema), now - older, now - ABANDONED):
            what = f"{schema}: {row['rows']:,} rows of {row['kind']} due since {row['since']:%F %T}"
            if worked is not None and (schema, row["kind"]) not in worked:
                remedy = "nobody works on this kind here: is a source or channel switched off?"
                findings.append(Finding("warning", what, remedy))
                continue
            what += ", abandoned by whoever held them" if row["abandoned"] else ""
            findings.append(Finding("fault", what, f"see the log of {schema}; is it running? `goat status`"))
    return Check("due", f"nothing has been due for more than {older.total_seconds() / 60:g} min", findings)


async def outcomes(db: Db, schemas: Collection[str] = SERVICES) -> Check:
    """Answers to commands are tidied away."""
    findings = [
        Finding("warning", f"{schema}: {old:,} answers are older than {KEPT_DAYS + 1} days", f"restart {schema}")
        for schema in schemas
        if (old := await db.fetchval(_OUTCOMES.format(schema), KEPT_DAYS + 1))
    ]
    return Check("outcomes", f"no answer is kept for more than {KEPT_DAYS} days", findings)


async def ledgers(db: Db, schemas: Collection[str] = SERVICES) -> Check:
    """Update and delete are refused by triggers, and the schemas have every migration."""
    findings = []
    for schema in schemas:
        watched = {row["relname"]: row["watched"] for row in await db.fetch(_TRIGGERS, schema)}
        for table in ("events", "feed"):
            if not watched.get(table):
                remedy = f"ALTER TABLE {schema}.{table} ENABLE TRIGGER ALL, then compare with a backup"
                findings.append(Finding("fault", f"{schema}.{table} can be changed: its trigger is off", remedy))
        present = {row["version"] for row in await db.fetch(f"SELECT version FROM {schema}.schema_migrations")}  # noqa: S608 - a service's name
        if missing := sorted(versions(schema) - present):
            what = f"{schema} lacks migrations {', '.join(missing)}"
            findings.append(Finding("fault", what, "restart with `goat up`, which migrates"))
    return Check("ledgers", f"{len(schemas)} ledgers only grow, every migration is there", findings)


async def declared(client: Client) -> Check:
    """Streams are as this version declares them. A cluster may hold more copies."""
    with reachable():
        differing = [d for d in await topology.differences(client.jetstream()) if "num_replicas" not in d]
    findings = [Finding("fault", one, "restart with `goat up`, which declares them") for one in differing]
    return Check("topology", f"{len(SERVICES)} streams are as declared", findings)


async def clocks(db: Db) -> Check:
    """The database and this machine agree on the time."""
    before = clock.now()
    told: Any = await db.fetchval("SELECT clock_timestamp()")
    after = clock.now()
    return skewed((told - (before + (after - before) / 2)).total_seconds())


def skewed(seconds: float) -> Check:
    """Whether clocks that are this far apart matter."""
    holds = f"database and this machine agree within {max(0.001, abs(seconds)):.3f} s"
    if abs(seconds) <= SKEW_WARNING:
        return Check("clocks", holds)
    level: Level = "fault" if abs(seconds) > SKEW_FAULT else "warning"
    what = f"the database's clock is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} this machine's"
    return Check("clocks", holds, [Finding(level, what, "synchronise both with NTP: leases and due times rely on it")])
