"""Decide, evolve, fold: the pure heart of every service.

A decider answers one question: given what happened on this stream so far, what does this command make happen?
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar, get_args
from uuid import UUID, uuid5

import msgspec

from trackagoat.events.catalogue.words import Command, Event, Json, Refused
from trackagoat.events.envelope import Ask

C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E", bound=Event)


class On(msgspec.Struct, frozen=True):
    """An event a decision says on another stream of the service, without a version check."""

    stream: str
    event: Event


class Decider(Generic[C, S, E]):
    """A stream's rules as a value.

    `commands` and `events` are unions from the catalogue; `stream` names the stream a command is decided
    against; `enrich` may complete commands from the service's own read models before they are decided. `prepare`
    does before any transaction what has to wait for the outside; what it cannot do it leaves to `decide` to refuse.
    """

    def __init__(  # noqa: PLR0913 - the parts of a decider are these eight
        self,
        name: str,
        *,
        commands: Any,
        events: Any,
        initial: S,
        decide: Callable[[C, S], Sequence[E | On]],
        evolve: Callable[[S, E], S],
        stream: Callable[[C], str],
        enrich: Callable[[Any, Ask, Sequence[C]], Awaitable[Sequence[C]]] | None = None,
        prepare: Callable[[Any, Ask, Sequence[C]], Awaitable[Sequence[C]]] | None = None,
    ) -> None:
        """Keep the parts; nothing happens here."""
        self.name = name
        self.commands: tuple[type[C], ...] = members(commands)
        self.events: tuple[type[E], ...] = members(events)
        self.initial = initial
        self.decide = decide
        self.evolve = evolve
        self.stream = stream
        self.enrich = enrich
        self.prepare = prepare

    def fold(self, state: S, events: Iterable[E]) -> S:
        """The state after these events."""
        for event in events:
            state = self.evolve(state, event)
        return state


def members(union: Any) -> tuple[Any, ...]:
    """The classes of a union, or of a single class."""
    return get_args(union) or (union,)


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """A refusal as it travels: the code programs branch on, the sentence people read, the details."""

    code: str
    message: str
    details: dict[str, Json] = {}

    @classmethod
    def of(cls, refused: Refused) -> Refusal:
        """The travelling form of a refusal."""
        return cls(refused.code, refused.message, refused.details)


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one command: the events it made (none: nothing had to change), or a refusal."""

    events: list[Json] = []
    refused: Refusal | None = None


class Decision(msgspec.Struct, frozen=True):
    """What a run of commands against one stream makes happen, one outcome per command, and the state after.

    An event comes with the number of the command that made it, and its stream (None: the deciding one).
    """

    events: list[tuple[int, str | None, Event]]
    outcomes: list[Outcome]
    state: Any


def decide_each(decider: Decider[C, S, E], commands: Sequence[C], state: S) -> Decision:
    """Decide commands of one stream in order, each on the state the ones before it left behind.

    A refusal concerns its own command only.
    """
    events: list[tuple[int, str | None, Event]] = []
    outcomes: list[Outcome] = []
    for index, command in enumerate(commands):
        try:
            said = decider.decide(command, state)
        except Refused as refused:
            outcomes.append(Outcome(refused=Refusal.of(refused)))
            continue
        for one in said:
            if isinstance(one, On):
                events.append((index, one.stream, one.event))
            else:
                events.append((index, None, one))
                state = decider.evolve(state, one)
        spoken = [one.event if isinstance(one, On) else one for one in said]
        outcomes.append(Outcome(events=msgspec.to_builtins(spoken)))
    return Decision(events, outcomes, state)


def event_id(command_id: UUID, index: int) -> UUID:
    """The id of the n-th event of a command: the same command makes the same ids."""
    return uuid5(command_id, str(index))
