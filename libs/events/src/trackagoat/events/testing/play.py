"""Driving a service's parts as the host does, one step at a time, with the clock in the test's hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from trackagoat.events import clock, due
from trackagoat.events.catalogue.words import Command, Event, OrgId
from trackagoat.events.codec import decode_event
from trackagoat.events.decider import Outcome
from trackagoat.events.effects import Effect
from trackagoat.events.envelope import SYSTEM, Actor, Ask, Heard
from trackagoat.events.host.service import Service
from trackagoat.events.writer import Writer

Pool: TypeAlias = "asyncpg.Pool[Any]"


def heard(  # noqa: PLR0913 - an envelope has this many fields; all but the event have a default
    event: Event,
    *,
    org: OrgId,
    at: datetime,
    seq: int = 0,
    stream: str = "stream",
    version: int | None = None,
    id: UUID | None = None,
    actor: Actor = SYSTEM,
) -> Heard[Any]:
    """A fact as a projection gets it."""
    return Heard(
        service=event.speaker,
        seq=seq,
        id=id or clock.new_id(),
        org=org,
        stream=stream,
        version=version,
        at=at,
        actor=actor,
        cause=None,
        request_id=None,
        event=event,
    )


async def play(pool: Pool, service: Service, facts: Sequence[Heard[Any]]) -> None:
    """Give the facts to the service's projections and policies; one transaction for each run of one source."""
    writer = Writer(pool, service)
    for source, run in groupby(facts, key=lambda fact: fact.service):
        page = list(run)
        if source == service.name:
            await writer.transact(lambda tx, page=page: writer.inline(tx, page))  # type: ignore[misc]
        else:
            await writer.transact(lambda tx, page=page: _followed(tx, writer, service, page))  # type: ignore[misc]


async def _followed(tx: Any, writer: Writer, service: Service, page: Sequence[Heard[Any]]) -> None:
    for part in (*service.projections, *service.policies):
        await writer.give(tx, part, page)


async def handle(pool: Pool, service: Service, ask: Ask, commands: Sequence[Command]) -> list[Outcome]:
    """Decide commands as the command server does."""
    writer = Writer(pool, service)
    return await writer.handle(ask, await writer.prepared(ask, commands))


async def apply(pool: Pool, service: Service, effects: Sequence[Effect], at: datetime) -> None:
    """Carry out effects in one transaction."""
    writer = Writer(pool, service)
    await writer.transact(lambda tx: writer.apply(tx, effects, at))


async def work(pool: Pool, service: Service, now: datetime, rounds: int = 1000) -> int:
    """Do everything that is due at `now`, until nothing is; how many rows were worked on."""
    writer, holder, total = Writer(pool, service), clock.new_id(), 0
    for _ in range(rounds):
        done = sum([await due.work_once(pool, writer, kind, holder, now) for kind in service.due])
        total += done
        if not done:
            return total
    message = f"work due at {now} never ends"
    raise AssertionError(message)


async def said(pool: Pool, event: type[Event] | None = None) -> list[Any]:
    """What the service has said so far, in the order it was stored; only that kind of event if given."""
    rows = await pool.fetch("SELECT tag, data FROM events ORDER BY pos")
    events = [decode_event(row["tag"], row["data"]) for row in rows]
    return [e for e in events if event is None or isinstance(e, event)]
