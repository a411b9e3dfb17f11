"""A service is a value: its deciders, projections, policies and due work. The host runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

import msgspec
from aiohttp import web

from trackagoat.events.catalogue.words import Command, Event
from trackagoat.events.decider import Decider, Outcome, members
from trackagoat.events.effects import Claimed, Done, Effect, Write
from trackagoat.events.envelope import Ask, Heard
from trackagoat.events.sql import Db


class Asker(Protocol):
    """Sends commands to the service that decides them."""

    async def ask(self, ask: Ask, commands: Sequence[Command], *, timeout: float = 5.0) -> list[Outcome]:
        """One outcome per command, in order. All must be of one class.

        Raises Unavailable when the service does not answer in time.
        """
        ...


DB: web.AppKey[Db] = web.AppKey("db", Db)
ASKER: web.AppKey[Asker] = web.AppKey("asker", Asker)
"""What the host puts into `Service.app` before it starts serving."""

Page = Sequence[Heard[Any]]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is given facts. `facts` is a union of events; own ones come inline with the append, those of
    other services are followed. `exclusive`: pages and commands of one org wait for each other (a lock per org and
    service).
    """

    name: str
    facts: Any
    exclusive: bool = False

    @property
    def wants(self) -> tuple[type[Event], ...]:
        """The events it wants, whoever says them."""
        return members(self.facts)

    @property
    def sources(self) -> frozenset[str]:
        """The services whose facts it wants."""
        return frozenset(event.speaker for event in self.wants)

    def hears(self, service: str) -> frozenset[type[Event]]:
        """The events of that service it wants."""
        return frozenset(event for event in self.wants if event.speaker == service)


class Projection(Part, frozen=True, kw_only=True):
    """Facts to rows. Pure, and free to be dropped and rebuilt: `tables` are those nobody else writes."""

    writes: Callable[[Page], Iterator[Write]]
    tables: tuple[str, ...] = ()


class Policy(Part, frozen=True, kw_only=True):
    """Facts to consequences: work to schedule, facts to record. Never replayed by a rebuild."""

    effects: Callable[[Page], Iterator[Effect]]


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Work that falls due. `run` may wait and reach outside; what it returns is committed with the rows.

    `batch` rows at most are claimed at once and worked on under a lease of `lease_seconds`. `apart`: each row is
    worked on and finished by itself, at most `batch` side by side, so that none waits for a slower one.
    """

    kind: str
    run: Callable[[Db, Sequence[Claimed], datetime], Awaitable[Sequence[Done]]]
    batch: int = 64
    lease_seconds: float = 60
    apart: bool = False


def nothing(_: datetime) -> Iterator[Write]:
    """No rows."""
    return iter(())


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the host needs to know of one service.

    `around` is entered before anything runs and left after everything stopped: HTTP sessions and the like.
    `app` is a web application to serve beside health and metrics (the gateway's API). `replaced` writes what must
    follow when tables of projections were exchanged for rebuilt ones: work that looks at them again, due at once.
    """

    name: str
    version: str = "0.1.0"
    deciders: Sequence[Decider[Any, Any, Any]] = ()
    projections: Sequence[Projection] = ()
    policies: Sequence[Policy] = ()
    due: Sequence[Due] = ()
    around: Sequence[AbstractAsyncContextManager[Any]] = ()
    app: web.Application | None = None
    replaced: Callable[[datetime], Iterator[Write]] = nothing
