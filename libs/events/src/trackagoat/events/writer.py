"""The one way facts enter a ledger: a transaction in which they are appended and their own rows are written.

A decision runs *read newer events, fold, decide, append*; own projections and policies follow in the same
transaction. Whoever lost a race decides again on the newer state.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import uuid5

import asyncpg

from trackagoat.events import clock
from trackagoat.events.catalogue.words import Command, Event, OrgId, WriteConflict
from trackagoat.events.codec import decode_outcomes, encode
from trackagoat.events.decider import Decider, Outcome, Refusal, decide_each, event_id
from trackagoat.events.effects import RECORDED, Decide, Effect, Record, Write
from trackagoat.events.envelope import SYSTEM, Ask, Heard
from trackagoat.events.errors import WrongVersion
from trackagoat.events.host.service import Policy, Projection, Service
from trackagoat.events.ledger import NewEvent, append, newer
from trackagoat.events.sql import flush
from trackagoat.events.wake import Wake

T = TypeVar("T")
Key = tuple[OrgId, str]
"""An org and the name of one of its streams."""

ATTEMPTS = 5
_LOST = object()
_RACES = (WrongVersion, asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || org::text, 0))
FROM (SELECT DISTINCT org FROM unnest($1::uuid[]) AS t(org) ORDER BY org) AS sorted
"""


async def lock_orgs(tx: Any, orgs: Iterable[OrgId]) -> None:
    """Make this transaction the only one that touches these orgs' exclusive rows, in an order all share."""
    await tx.execute(_LOCK, list(orgs))


class States:
    """The latest folded state of the streams decided on lately, by stream and version.

    What a transaction folds stays apart until it has committed.
    """

    def __init__(self, most: int = 4096) -> None:
        """Keep at most that many."""
        self._most = most
        self._kept: OrderedDict[Key, tuple[int, Any]] = OrderedDict()
        self._open: dict[int, dict[Key, tuple[int, Any]]] = {}

    def get(self, tx: Any, key: Key, initial: Any) -> tuple[int, Any]:
        """(version, state) as the transaction knows it; (0, initial) when nothing is kept."""
        return self._open.get(id(tx), {}).get(key) or self._kept.get(key) or (0, initial)

    def put(self, tx: Any, key: Key, version: int, state: Any) -> None:
        """The state the transaction leaves behind if it commits."""
        self._open.setdefault(id(tx), {})[key] = (version, state)

    def forget(self, tx: Any) -> None:
        """The transaction is over and left nothing."""
        self._open.pop(id(tx), None)

    def committed(self, tx: Any) -> None:
        """The transaction is over and what it folded holds, unless a later version is known."""
        for key, (version, state) in self._open.pop(id(tx), {}).items():
            if self._kept.get(key, (0, None))[0] <= version:
                self._kept[key] = (version, state)
                self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


class Writer:
    """Decides commands and applies effects for one service."""

    def __init__(self, pool: asyncpg.Pool[Any], service: Service) -> None:
        """Bind a service to its database."""
        self._pool = pool
        self._service = service
        self._states = States()
        self._deciders = {command: d for d in service.deciders for command in d.commands}
        self.committed = Wake()
        """Woken after every commit."""

    async def transact(self, work: Callable[[Any], Awaitable[T]]) -> T:
        """Run the work in a transaction; when it loses a race, run it again on the newer state."""
        for attempt in range(ATTEMPTS):
            async with self._pool.acquire() as connection:
                try:
                    async with connection.transaction():
                        result: object = await work(connection)
                    self._states.committed(connection)
                except _RACES:
                    if attempt == ATTEMPTS - 1:
                        raise
                    result = _LOST
                finally:
                    self._states.forget(connection)
            if result is not _LOST:
                self.committed.all()
                return cast("T", result)
            await asyncio.sleep(clock.jitter(0.01 * 2**attempt, 0.9))
        raise AssertionError

    async def handle(self, ask: Ask, commands: Sequence[Command]) -> list[Outcome]:
        """Decide commands of one class and store what they make happen; one outcome each, in order.

        A repeated command id gets the outcomes of the first time. Refusals leave nothing behind.
        """
        try:
            return await self.transact(lambda tx: self._handle(tx, ask, commands))
        except _RACES:
            return [Outcome(refused=Refusal.of(WriteConflict()))] * len(commands)

    async def _handle(self, tx: Any, ask: Ask, commands: Sequence[Command]) -> list[Outcome]:
        known = await tx.fetchval("SELECT outcomes FROM outcomes WHERE command_id = $1", ask.command_id)
        if known is not None:
            return decode_outcomes(known)
        outcomes, facts = await self._decide(tx, ask, commands)
        if facts:
            await self._append(tx, facts)
            await tx.execute(
                "INSERT INTO outcomes (command_id, outcomes) VALUES ($1, $2)",
                ask.command_id,
                encode(outcomes).decode(),
            )
        return outcomes

    async def _decide(self, tx: Any, ask: Ask, commands: Sequence[Command]) -> tuple[list[Outcome], list[NewEvent]]:
        decider: Decider[Any, Any, Any] = self._deciders[type(commands[0])]
        if decider.enrich is not None:
            commands = await decider.enrich(tx, ask, commands)
        streams: defaultdict[str, list[int]] = defaultdict(list)
        for index, command in enumerate(commands):
            streams[decider.stream(command)].append(index)
        outcomes: dict[int, Outcome] = {}
        facts: list[NewEvent] = []
        for stream, indexes in streams.items():
            version, state = await self._state(tx, decider, ask.org, stream)
            decision = decide_each(decider, [commands[i] for i in indexes], state)
            outcomes.update(zip(indexes, decision.outcomes, strict=True))
            for place, event in decision.events:
                version += place is None
                facts.append(_fact(ask, place or stream, None if place else version, event, len(facts)))
            self._states.put(tx, (ask.org, stream), version, decision.state)
        return [outcomes[i] for i in range(len(commands))], facts

    async def _state(self, tx: Any, decider: Decider[Any, Any, Any], org: OrgId, stream: str) -> tuple[int, Any]:
        version, state = self._states.get(tx, (org, stream), decider.initial)
        events = await newer(tx, org, stream, version)
        if events:
            state = decider.fold(state, (event for _, event in events))
            version = events[-1][0]
        return version, state

    async def apply(self, tx: Any, effects: Iterable[Effect], at: datetime) -> None:
        """Carry effects out in order inside the transaction, and whatever follows from what they record."""
        writes: list[Write] = []
        facts: list[NewEvent] = []
        for effect in effects:
            match effect:
                case Write():
                    await self._append(tx, facts)
                    facts = []
                    writes.append(effect)
                case Record():
                    await flush(tx, writes)
                    writes = []
                    facts.append(_recorded(effect, at))
                case Decide():
                    await flush(tx, writes)
                    await self._append(tx, facts)
                    writes, facts = [], []
                    ask = Ask(org=effect.org, command_id=uuid5(RECORDED, f"{effect.org}/{effect.key}"), at=at)
                    await self._handle(tx, ask, [effect.command])
        await flush(tx, writes)
        await self._append(tx, facts)

    async def _append(self, tx: Any, facts: Sequence[NewEvent]) -> None:
        stored = await append(tx, facts)
        if stored:
            await self.inline(tx, [fact.heard(self._service.name) for fact in stored])

    async def inline(self, tx: Any, facts: Sequence[Heard[Event]]) -> None:
        """Write the rows of own facts, then carry out their consequences."""
        for projection in self._service.projections:
            await self.project(tx, projection, facts)
        for policy in self._service.policies:
            await self.consequences(tx, policy, facts)

    async def project(self, tx: Any, projection: Projection, facts: Sequence[Heard[Event]]) -> None:
        """Give a projection those of the facts it wants, and write its rows."""
        page = [f for f in facts if isinstance(f.event, projection.wants)]
        if page:
            if projection.exclusive:
                await lock_orgs(tx, {f.org for f in page})
            await flush(tx, projection.writes(page))

    async def consequences(self, tx: Any, policy: Policy, facts: Sequence[Heard[Event]]) -> None:
        """Give a policy those of the facts it wants, and carry out what it returns."""
        page = [f for f in facts if isinstance(f.event, policy.wants)]
        if page:
            if policy.exclusive:
                await lock_orgs(tx, {f.org for f in page})
            await self.apply(tx, policy.effects(page), max(f.at for f in page))


def _fact(ask: Ask, stream: str, version: int | None, event: Event, index: int) -> NewEvent:
    return NewEvent(
        id=event_id(ask.command_id, index),
        org=ask.org,
        stream=stream,
        version=version,
        event=event,
        at=ask.at,
        actor=ask.actor,
        cause=ask.command_id,
        request_id=ask.request_id,
    )


def _recorded(record: Record, at: datetime) -> NewEvent:
    return NewEvent(
        id=record.id,
        org=record.org,
        stream=record.stream,
        version=None,
        event=record.event,
        at=at,
        actor=SYSTEM,
        cause=record.cause,
        request_id=record.request_id,
    )
