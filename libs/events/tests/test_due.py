"""Due work: each row is worked on by one, a stale result is dropped, a failure is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from trackagoat.events import clock, due
from trackagoat.events.catalogue.words import ProjectId
from trackagoat.events.catalogue.workspace import ProjectCreated
from trackagoat.events.effects import Claimed, Done, Record, Write
from trackagoat.events.host.health import Health
from trackagoat.events.host.metrics import DUE_AGE_SECONDS, DUE_ROWS
from trackagoat.events.host.service import Due
from trackagoat.events.lanes import Lanes
from trackagoat.events.testing.play import apply
from trackagoat.events.testing.sample import ORG, SPEAKER
from trackagoat.events.writer import Writer

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
Schema = Callable[[str], Awaitable[Any]]


def keys(count: int) -> list[str]:
    return [f"k{n}" for n in range(count)]


async def scheduled(schema: Schema, count: int) -> Any:
    pool = await schema("workspace")
    await apply(pool, SPEAKER, [due.schedule("job", key, ORG, NOW, {"n": 1}) for key in keys(count)], NOW)
    return pool


async def test_rows_are_shared_out_and_each_is_done_once(schema: Schema) -> None:
    pool = await scheduled(schema, 50)
    seen: list[str] = []

    async def run(_: Any, rows: Sequence[Claimed], __: datetime) -> list[Done]:
        seen.extend(row.key for row in rows)
        await asyncio.sleep(0)
        return [Done(row) for row in rows]

    kind = Due(kind="job", run=run, batch=5)
    writers = [(Writer(pool, SPEAKER), clock.new_id()) for _ in range(4)]
    while await pool.fetchval("SELECT count(*) FROM due"):
        await asyncio.gather(*(due.work_once(pool, writer, kind, holder, NOW) for writer, holder in writers))
    assert sorted(seen) == sorted(keys(50))


async def test_what_is_not_yet_due_is_left_alone(schema: Schema) -> None:
    pool = await scheduled(schema, 1)
    kind = Due(kind="job", run=_nothing)
    assert await due.work_once(pool, Writer(pool, SPEAKER), kind, clock.new_id(), NOW - timedelta(seconds=1)) == 0


async def test_a_row_scheduled_anew_while_worked_on_keeps_the_newer_plan(schema: Schema) -> None:
    pool = await scheduled(schema, 1)
    later = NOW + timedelta(hours=1)

    async def run(_: Any, rows: Sequence[Claimed], __: datetime) -> list[Done]:
        await apply(pool, SPEAKER, [due.schedule("job", "k0", ORG, later, {"n": 2})], NOW)
        return [Done(rows[0])]

    await due.work_once(pool, Writer(pool, SPEAKER), Due(kind="job", run=run), clock.new_id(), NOW)
    assert dict(await pool.fetchrow("SELECT due_at, payload FROM due")) == {"due_at": later, "payload": {"n": 2}}


async def test_a_late_worker_whose_lease_ran_out_changes_nothing(schema: Schema) -> None:
    pool = await scheduled(schema, 1)
    writer, kind = Writer(pool, SPEAKER), Due(kind="job", run=_nothing, lease_seconds=10)
    (slow,) = await due.claim(pool, kind, clock.new_id(), NOW)
    (quick,) = await due.claim(pool, kind, clock.new_id(), NOW + timedelta(seconds=11))
    effect = [due.schedule("other", "from the late one", ORG, NOW)]
    await writer.transact(lambda tx: due.finish(tx, writer, [Done(slow, effect)], NOW))
    assert await pool.fetchval("SELECT count(*) FROM due WHERE kind = 'other'") == 0
    await writer.transact(lambda tx: due.finish(tx, writer, [Done(quick)], NOW))
    assert await pool.fetchval("SELECT count(*) FROM due") == 0


async def test_failed_work_is_tried_again_later(schema: Schema) -> None:
    pool = await scheduled(schema, 1)

    async def run(_: Any, __: Sequence[Claimed], ___: datetime) -> list[Done]:
        message = "no luck"
        raise RuntimeError(message)

    kind, writer = Due(kind="job", run=run), Writer(pool, SPEAKER)
    assert await due.work_once(pool, writer, kind, clock.new_id(), NOW) == 1
    assert await due.work_once(pool, writer, kind, clock.new_id(), NOW + timedelta(seconds=1)) == 0
    assert await due.work_once(pool, writer, kind, clock.new_id(), NOW + timedelta(seconds=10)) == 1


async def test_work_goes_on_when_the_next_row_ripens_or_the_first_lease_ends(schema: Schema) -> None:
    pool = await scheduled(schema, 3)
    kind, soon = Due(kind="job", run=_nothing, batch=2, lease_seconds=60), timedelta(seconds=1)
    assert await due.upcoming(pool, "other", NOW) is None
    assert await due.upcoming(pool, "job", NOW - soon) == NOW
    await due.claim(pool, kind, clock.new_id(), NOW)
    assert await due.upcoming(pool, "job", NOW) == NOW
    await due.claim(pool, kind, clock.new_id(), NOW + soon)
    assert await due.upcoming(pool, "job", NOW + soon) == NOW + timedelta(seconds=60)
    await apply(pool, SPEAKER, [due.schedule("job", "k3", ORG, NOW + 2 * soon)], NOW)
    assert await due.upcoming(pool, "job", NOW + soon) == NOW + 2 * soon


def test_what_rows_do_goes_together_kind_by_kind_and_each_keeps_its_order() -> None:
    def row(key: str) -> Claimed:
        return Claimed(kind="job", key=key, org=ORG, due_at=NOW, attempts=0, payload=None, fence=1)

    def write(name: str) -> Write:
        return due.unschedule("job", name)

    def record(name: str) -> Record:
        return Record(ORG, "stream", ProjectCreated(project=ProjectId(ORG), name=name), name)

    a, b, c, d, e = write("a"), write("b"), write("c"), record("d"), record("e")
    done = [Done(row("k0"), [d, a]), Done(row("k1"), [b]), Done(row("k2")), Done(row("k3"), [e, c])]
    assert list(due.in_step(done)) == [d, e, b, a, c]
    assert list(due.in_step([Done(row("k0"), [a, d, b])])) == [a, d, b]
    assert list(due.in_step([])) == []


@pytest.mark.parametrize(("given", "kept"), [(-1, -1), (1, 0)])
async def test_pulling_in_keeps_the_earlier_time(schema: Schema, given: int, kept: int) -> None:
    pool = await scheduled(schema, 1)
    await apply(pool, SPEAKER, [due.pull_in("job", "k0", ORG, NOW + timedelta(hours=given))], NOW)
    assert await pool.fetchval("SELECT due_at FROM due") == NOW + timedelta(hours=kept)


async def test_unscheduled_work_is_gone(schema: Schema) -> None:
    pool = await scheduled(schema, 1)
    await apply(pool, SPEAKER, [due.unschedule("job", "k0")], NOW)
    assert await pool.fetchval("SELECT count(*) FROM due") == 0


async def _nothing(_: Any, rows: Sequence[Claimed], __: datetime) -> list[Done]:
    return [Done(row) for row in rows]


async def test_how_much_is_ripe_and_since_when_is_told_by_kind(schema: Schema) -> None:
    pool = await schema("workspace")
    now = clock.now()
    plans = [
        due.schedule("job", "a", ORG, now - timedelta(minutes=5)),
        due.schedule("job", "b", ORG, now - timedelta(minutes=1)),
        due.schedule("job", "c", ORG, now + timedelta(hours=1)),
        due.schedule("other", "a", ORG, now + timedelta(hours=1)),
    ]
    await apply(pool, SPEAKER, plans, now)
    kinds = [Due(kind=kind, run=_nothing) for kind in ("job", "other", "none")]
    service = msgspec.structs.replace(SPEAKER, due=kinds)
    await Health(pool, None, service, Lanes(pool, clock.new_id(), 5)).look()  # type: ignore[arg-type]  # NATS is not asked

    def told(metric: Any) -> list[int]:
        return [int(metric.labels(kind.kind)._value.get()) for kind in kinds]

    assert told(DUE_ROWS) == [2, 0, 0]
    age, *others = told(DUE_AGE_SECONDS)
    assert (age >= 300, others) == (True, [0, 0])
