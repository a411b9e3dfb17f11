"""A call as its handler sees it: who asks, for what, and the ways to read, to command and to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID, uuid5

import msgspec

from trackagoat.events.catalogue.words import INSTALLATION, Command, Moved, OrgId, UserId
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import SYSTEM, Actor, Ask
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta, Resource, etag
from trackagoat.gateway.edge.cursors import BadCursor, Cursors, binding
from trackagoat.gateway.edge.faults import ApiError, invalid_query, refused
from trackagoat.gateway.registry import Route

if TYPE_CHECKING:
    from trackagoat.events.host.service import Asker
    from trackagoat.events.sql import Db
    from trackagoat.gateway.edge.identity import Identity
    from trackagoat.gateway.edge.passwords import Passwords
    from trackagoat.gateway.edge.revealing import Revealer
    from trackagoat.gateway.edge.tails import Tails
    from trackagoat.gateway.settings import Settings

P = TypeVar("P")
B = TypeVar("B")
T = TypeVar("T")
R = TypeVar("R")

UNSEEN = -1
"""A version no stream stands at: the answer says which one it does."""
ASK_SECONDS = 5.0
ASK_MANY_SECONDS = 15.0


class Overtaken(Exception):
    """What an If-Match was compared with may have changed; the stream stands at `version` now."""

    def __init__(self, version: int) -> None:
        """Keep the version."""
        self.version = version


class Call(Generic[P, B]):
    """One authenticated call. `params` and `body` are decoded; `ids` are those of the path."""

    def __init__(  # noqa: PLR0913 - everything a handler may touch, and nothing else
        self,
        *,
        route: Route,
        routes: Sequence[Route],
        db: Db,
        asker: Asker,
        settings: Settings,
        cursors: Cursors,
        caller: Identity | None,
        params: P,
        body: B,
        ids: Mapping[str, UUID],
        if_match: str | None,
        agent: str | None,
        address: str,
        passwords: Passwords,
        revealer: Revealer,
        request_id: str,
        seed: UUID,
        now: datetime,
    ) -> None:
        self.route, self.routes, self.db, self.settings = route, routes, db, settings
        self.params, self.body, self.ids, self.now, self.request_id = params, body, ids, now, request_id
        self._asker, self._cursors, self._caller, self._if_match = asker, cursors, caller, if_match
        self.seed, self._asked = seed, 0
        self.agent, self.address, self.passwords = agent, address, passwords
        self._revealer = revealer
        self._actor: Actor | None = None
        self._expected = UNSEEN if self.holds else None
        self.last_event_id: str | None = None
        self.tails: Tails

    @property
    def caller(self) -> Identity:
        """Who makes the call."""
        if self._caller is None:
            raise ApiError("invalid_api_key")
        return self._caller

    @property
    def org(self) -> OrgId:
        """The organization all of the call happens in. Raises a 404 for somebody who is in none."""
        if self.caller.org is None:
            raise ApiError("not_found")
        return OrgId(self.caller.org)

    @property
    def here(self) -> OrgId:
        """The organization, or the space of people who are in none."""
        return OrgId(self._caller.org) if self._caller and self._caller.org else INSTALLATION

    @property
    def user(self) -> UserId:
        """The person who makes the call, or whose key does. Raises a 403 for the operator's own key."""
        if self.caller.user is None:
            raise ApiError("insufficient_scope", required="session", granted=list(self.caller.scopes))
        return UserId(self.caller.user)

    @property
    def space(self) -> OrgId:
        """Where a repeated call is looked for: the organization, or the person's own space while it is in none."""
        return OrgId(self.caller.org or self.user)

    def speaks_for(self, user: UserId) -> None:
        """From here on the call is that person's, who has just proved to be it."""
        self._actor = Actor("user", user)

    # -- commands ----------------------------------------------------------------------------------------

    async def ask(self, commands: Sequence[Command], org: OrgId | None = None) -> list[Outcome]:
        """One outcome per command (all of one class), in order, about `org` or else the caller's.

        A repeated call repeats the command ids.
        """
        if not commands:
            return []
        self._asked += 1
        ask = Ask(
            org=self.org if org is None else org,
            command_id=uuid5(self.seed, str(self._asked)),
            at=self.now,
            actor=self._actor or (SYSTEM if self._caller is None else self._caller.actor),
            request_id=self.request_id,
            expected=self._expected,
        )
        self._expected = None
        seconds = ASK_SECONDS if len(commands) == 1 else ASK_MANY_SECONDS
        outcomes = await self._asker.ask(ask, commands, timeout=seconds)
        for outcome in outcomes:
            if ask.expected is not None and outcome.refused is not None and outcome.refused.code == Moved.code:
                raise Overtaken(msgspec.convert(outcome.refused.details["version"], int))
        return outcomes

    async def tell(self, command: Command, org: OrgId | None = None) -> Outcome:
        """The outcome of one command. Raises its refusal as an error answer."""
        (outcome,) = await self.ask([command], org)
        if outcome.refused is not None:
            raise refused(outcome.refused)
        return outcome

    async def in_clear(self, sealed: Sequence[str]) -> list[str | None]:
        """What sealed fields say; None for what cannot be known any more. Answers are opened by themselves."""
        said: list[str | None] = [*sealed]
        return await self._revealer.clear(self.db, self.here, said)

    # -- pages -------------------------------------------------------------------------------------------

    def after(self, kind: type[T]) -> T | None:
        """The position the caller's cursor points to; None on the first page. Raises a 400 for a bad one."""
        cursor: str | None = getattr(self.params, "cursor", None)
        if cursor is None:
            return None
        try:
            return self._cursors.read(cursor, self._binding(), kind)
        except BadCursor as error:
            raise invalid_query("cursor", "Not a cursor of this list, with these filters") from error

    def page(self, rows: Sequence[R], position: Callable[[R], Sequence[Any]]) -> tuple[Sequence[R], PageMeta]:
        """The rows of this page and its meta, from up to `limit` + 1 rows read."""
        limit: int = getattr(self.params, "limit")  # noqa: B009 - every list has it
        if len(rows) <= limit:
            return rows, PageMeta(None)
        shown = rows[:limit]
        return shown, PageMeta(self._cursors.make(position(shown[-1]), self._binding()))

    def _binding(self) -> bytes:
        filters = {
            name: getattr(self.params, name)
            for name in getattr(self.params, "__struct_fields__", ())
            if name not in {"cursor", "limit"}
        }
        return binding(self.route.key, self.space, [filters, {name: str(id) for name, id in self.ids.items()}])

    # -- preconditions -----------------------------------------------------------------------------------

    @property
    def conditional(self) -> bool:
        """Whether the caller sent an If-Match."""
        return self._if_match is not None

    @property
    def holds(self) -> bool:
        """Whether the call holds for the states it names alone."""
        return self._if_match is not None and self._if_match.strip() != "*"

    def once_more(self, version: int) -> None:
        """What is read from here on is at least that version, and what is asked next is decided at it or not at all."""
        self._expected = version

    def unchanged(self, resource: Resource) -> None:
        """Raise a 412 when the caller's If-Match names another state of the resource."""
        if self._if_match is None or not self.holds:
            return
        present = etag(resource)
        if present not in {tag.strip() for tag in self._if_match.split(",")}:
            raise ApiError("precondition_failed", etag=present)


Handler = Callable[[Call[Any, Any]], Any]


def ok(data: T, meta: Any = None) -> Answer[T]:
    """A 200."""
    return Answer(data=data, meta=meta)


def deleted(id: UUID) -> Answer[Deleted]:
    """What a DELETE answers."""
    return Answer(data=Deleted(id=str(id)))


def created(data: T, secrets: tuple[str, ...] = ()) -> Answer[T]:
    """A 201."""
    return Answer(data=data, status=201, secrets=secrets)
