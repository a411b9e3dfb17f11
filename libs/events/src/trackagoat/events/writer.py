"""The one way facts enter a ledger: a transaction in which they are appended and their own rows are written.

A decision runs *read newer events, fold, decide, append*; own projections and policies follow in the same
transaction. Whoever lost a race decides again on the newer state.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from itertools import count, groupby, islice
from typing import Any, TypeVar, cast
from uuid import UUID, uuid5

import asyncpg
import msgspec

from trackagoat.events import clock, crash, tracing
from trackagoat.events.catalogue.words import Command, Event, Moved, OrgId, WriteConflict
from trackagoat.events.codec import decode_outcomes, encode
from trackagoat.events.decider import Decider, Outcome, Refusal, decide_each, event_id
from trackagoat.events.effects import RECORDED, Decide, Effect, Record, Write
from trackagoat.events.envelope import SYSTEM, Ask, Heard
from trackagoat.events.errors import WrongVersion
from trackagoat.events.host.metrics import appended
from trackagoat.events.host.service import Part, Policy, Projection, Service
from trackagoat.events.ledger import NewEvent, append, newer
from trackagoat.events.sql import flush
from trackagoat.events.wake import Wake

T = TypeVar("T")
Key = tuple[OrgId, str]
"""An org and the name of one of its streams."""

ATTEMPTS = 5
_LOST = object()
RACES = (WrongVersion, asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
_AMONG_OTHERS = """
SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || 'commands' || $1::uuid::text, 0)),
    (SELECT outcomes FROM outcomes WHERE command_id = $2) AS outcomes
"""
_ALONE = _AMONG_OTHERS.replace("_shared", "")
_AMONG_ALL_OTHERS = """
SELECT pg_advisory_xact_lock_shared(hashtextextended(current_schema() || 'commands' || org::text, 0))
FROM (SELECT DISTINCT org FROM unnest($1::uuid[]) AS t(org) ORDER BY org) AS sorted
"""
_ANSWERS = "SELECT command_id, outcomes FROM outcomes WHERE command_id = ANY($1::uuid[])"
_ANSWERED = "SELECT outcomes FROM outcomes WHERE command_id = $1"
_ANSWER = "INSERT INTO outcomes (command_id, outcomes) VALUES ($1, $2)"
_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || org::text, 0))
FROM (SELECT DISTINCT org FROM unnest($1::uuid[]) AS t(org) ORDER BY org) AS sorted
"""


async def lock_orgs(tx: Any, orgs: Iterable[OrgId]) -> None:
    """Make this transaction the only one that touches these orgs' exclusive rows, in an order all share."""
    await tx.execute(_LOCK, list(orgs))


class Question(msgspec.Struct, frozen=True):
    """Commands of one class, asked together."""

    ask: Ask
    commands: Sequence[Command]


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
        self.service = service.name
        self._said: defaultdict[int, list[NewEvent]] = defaultdict(list)
        self._deciders = {command: d for d in service.deciders for command in d.commands}
        self.committed = Wake()
        """Woken after every commit."""

    async def transact(self, work: Callable[[Any], Awaitable[T]], attempts: int = ATTEMPTS) -> T:
        """Run the work in a transaction; when it loses a race, run it again on the newer state."""
        for attempt in range(attempts):
            async with self._pool.acquire() as connection:
                try:
                    async with connection.transaction():
                        result: object = await work(connection)
                    self._states.committed(connection)
                    self._tell(self._said[id(connection)])
                except RACES:
                    if attempt == attempts - 1:
                        raise
                    result = _LOST
                finally:
                    self._states.forget(connection)
                    self._said.pop(id(connection), None)
            if result is not _LOST:
                crash.point("writer.committed")
                self.committed.all()
                return cast("T", result)
            await asyncio.sleep(clock.jitter(0.01 * 2**attempt, 0.9))
        raise AssertionError

    def _tell(self, facts: Sequence[NewEvent]) -> None:
        """Count and trace what has been committed."""
        appended(fact.event.tag() for fact in facts)
        tracing.said(self.service, facts)

    async def prepared(self, ask: Ask, commands: Sequence[Command]) -> Sequence[Command]:
        """Commands of one class as they are to be handled, completed by what only the outside knows.

        No transaction waits for that. A repeated ask may be prepared otherwise; it still gets its first answer.
        """
        decider: Decider[Any, Any, Any] = self._deciders[type(commands[0])]
        return commands if decider.prepare is None else await decider.prepare(self._pool, ask, commands)

    async def handle(self, ask: Ask, commands: Sequence[Command]) -> list[Outcome]:
        """Decide commands of one class and store what they make happen; one outcome each, in order.

        A repeated command id gets the outcomes of the first time. Refusals leave nothing behind.
        """
        tries = count()
        try:
            return await self.transact(lambda tx: self._handle(tx, ask, commands, alone=next(tries) > 0))
        except RACES:
            return [Outcome(refused=Refusal.of(WriteConflict()))] * len(commands)

    async def _handle(self, tx: Any, ask: Ask, commands: Sequence[Command], *, alone: bool) -> list[Outcome]:
        """`alone`: this org's other commands wait meanwhile, so that who lost a race cannot lose for ever."""
        known = await tx.fetchrow(_ALONE if alone else _AMONG_OTHERS, ask.org, ask.command_id)
        if known["outcomes"] is not None:
            return decode_outcomes(known["outcomes"])
        outcomes, facts = await self._decide(tx, [ask] * len(commands), commands)
        if not facts:
            # The first of two equal asks may have committed after the look above: then its answer counts.
            late = await tx.fetchval(_ANSWERED, ask.command_id)
            return outcomes if late is None else decode_outcomes(late)
        await self._append(tx, facts)
        await tx.execute(_ANSWER, ask.command_id, encode(outcomes).decode())
        return outcomes

    async def handle_together(self, questions: Sequence[Question]) -> list[list[Outcome]]:
        """Decide several asks in one transaction that is tried once; an ask is answered as if it were alone.

        Raises whatever keeps the transaction from committing, a lost race too.
        """
        return await self.transact(lambda tx: self._handle_together(tx, questions), attempts=1)

    async def _handle_together(self, tx: Any, questions: Sequence[Question]) -> list[list[Outcome]]:
        await tx.execute(_AMONG_ALL_OTHERS, [q.ask.org for q in questions])
        answers = await _answers(tx, questions)
        asked = {q.ask.command_id: q for q in questions if q.ask.command_id not in answers}
        together: defaultdict[tuple[OrgId, type[Command]], list[Question]] = defaultdict(list)
        for question in asked.values():
            together[question.ask.org, type(question.commands[0])].append(question)
        made: set[UUID | None] = set()
        for alike in together.values():
            asks = [q.ask for q in alike for _ in q.commands]
            outcomes, facts = await self._decide(tx, asks, [command for q in alike for command in q.commands])
            await self._append(tx, facts)
            made |= {fact.cause for fact in facts}
            rest = iter(outcomes)
            answers |= {q.ask.command_id: list(islice(rest, len(q.commands))) for q in alike}
        idle = [q for q in asked.values() if q.ask.command_id not in made]
        stored = {id: answers[id] for id in asked if id in made}
        await tx.executemany(_ANSWER, [(id, encode(outcomes).decode()) for id, outcomes in stored.items()])
        answers |= await _answers(tx, idle) if idle else {}
        return [answers[q.ask.command_id] for q in questions]

    async def _decide(
        self, tx: Any, asks: Sequence[Ask], commands: Sequence[Command]
    ) -> tuple[list[Outcome], list[NewEvent]]:
        """Decide commands of one class and one org, stream by stream; the facts are not appended yet."""
        decider: Decider[Any, Any, Any] = self._deciders[type(commands[0])]
        if decider.enrich is not None:
            commands = await decider.enrich(tx, asks[0], commands)
        streams: defaultdict[str, list[int]] = defaultdict(list)
        for index, command in enumerate(commands):
            streams[decider.stream(command)].append(index)
        states = await self._read(tx, decider, asks[0].org, streams)
        outcomes: dict[int, Outcome] = {}
        facts: list[NewEvent] = []
        said: Counter[UUID] = Counter()
        for stream, indexes in streams.items():
            version, state = states[stream]
            if asks[indexes[0]].expected not in {None, version}:
                moved = Outcome(refused=Refusal.of(Moved(version=version)))
                outcomes.update(dict.fromkeys(indexes, moved))
                continue
            decision = decide_each(decider, [commands[i] for i in indexes], state)
            for index, place, event in decision.events:
                ask = asks[indexes[index]]
                version += place is None
                facts.append(_fact(ask, place or stream, None if place else version, event, said[ask.command_id]))
                said[ask.command_id] += 1
            outcomes.update(zip(indexes, decision.outcomes, strict=True))
            self._states.put(tx, (asks[0].org, stream), version, decision.state)
        return [outcomes[i] for i in range(len(commands))], facts

    async def _read(
        self, tx: Any, decider: Decider[Any, Any, Any], org: OrgId, streams: Iterable[str]
    ) -> dict[str, tuple[int, Any]]:
        """(version, state) of each stream as it is now, in one query."""
        states = {stream: self._states.get(tx, (org, stream), decider.initial) for stream in streams}
        for stream, version, event in await newer(tx, org, {name: known[0] for name, known in states.items()}):
            states[stream] = (version, decider.evolve(states[stream][1], event))
        return states

    async def apply(self, tx: Any, effects: Iterable[Effect], at: datetime) -> None:
        """Carry effects out in order inside the transaction, and whatever follows from what they record.

        Neighbours of one kind go together: rows as sets, facts in one append, commands of one class in one decision.
        """
        for together, run in groupby(effects, key=_together):
            if together[0] is Write:
                await flush(tx, cast("Iterable[Write]", run))
            elif together[0] is Record:
                await self._append(tx, [_recorded(record, at) for record in cast("Iterable[Record]", run)])
            else:
                await self._decide_own(tx, list(cast("Iterable[Decide]", run)), at)

    async def _decide_own(self, tx: Any, decides: Sequence[Decide], at: datetime) -> None:
        """Decide the service's own commands; what asks for them commits in the same transaction, so it asks once."""
        asks = [_own(decide, at) for decide in decides]
        with ExitStack() as spans:
            for d, ask in zip(decides, asks, strict=True):
                if d.request_id is not None:
                    name = type(d.command).__name__
                    span = tracing.doing(self.service, name, d.request_id, cause=d.cause, id=ask.command_id)
                    spans.enter_context(span)
            _, facts = await self._decide(tx, asks, [d.command for d in decides])
        await self._append(tx, facts)

    async def _append(self, tx: Any, facts: Sequence[NewEvent]) -> None:
        stored = await append(tx, facts)
        if stored:
            self._said[id(tx)] += stored
            await self.inline(tx, [fact.heard(self._service.name) for fact in stored])

    async def inline(self, tx: Any, facts: Sequence[Heard[Event]]) -> None:
        """Write the rows of own facts, then carry out their consequences."""
        for part in (*self._service.projections, *self._service.policies):
            await self.give(tx, part, facts)

    async def give(self, tx: Any, part: Part, facts: Sequence[Heard[Event]]) -> None:
        """Give a projection or policy those of the facts it wants, and carry out what it returns."""
        page = [fact for fact in facts if isinstance(fact.event, part.wants)]
        if not page:
            return
        if part.exclusive:
            await lock_orgs(tx, {fact.org for fact in page})
        if isinstance(part, Projection):
            await flush(tx, part.writes(page))
        elif isinstance(part, Policy):
            await self.apply(tx, part.effects(page), max(fact.at for fact in page))


async def _answers(tx: Any, questions: Sequence[Question]) -> dict[UUID, list[Outcome]]:
    """The answers that were given before, by command id."""
    rows = await tx.fetch(_ANSWERS, [q.ask.command_id for q in questions])
    return {row["command_id"]: decode_outcomes(row["outcomes"]) for row in rows}


def _together(effect: Effect) -> tuple[Any, ...]:
    """What neighbouring effects must share to be carried out in one go."""
    return (Decide, effect.org, type(effect.command)) if isinstance(effect, Decide) else (type(effect),)


def _own(d: Decide, at: datetime) -> Ask:
    command_id = uuid5(RECORDED, f"{d.org}/{d.key}")
    return Ask(org=d.org, command_id=command_id, at=at, actor=d.actor, request_id=d.request_id)


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
