"""What travels with a fact: who said it, when, on whose behalf, and where it stands in its feed."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId

E_co = TypeVar("E_co", covariant=True)


class Actor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who caused a change: a user, an API key, or the system itself (no id)."""

    type: Literal["user", "api_key", "system"]
    id: UUID | None = None


SYSTEM = Actor("system")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What travels with a command. A retry carries the same `command_id` and gets the first answer.

    With `expected`, the command is decided only while its stream stands at that version, and else refused as Moved.
    """

    org: OrgId
    command_id: UUID
    at: datetime
    actor: Actor = SYSTEM
    request_id: str | None = None
    expected: int | None = None


class Unreadable(msgspec.Struct, frozen=True):
    """In place of an event whose bytes this program cannot decode: its tag, and why."""

    tag: str
    why: str


class Heard(msgspec.Struct, Generic[E_co], frozen=True, kw_only=True):
    """A fact as projections and policies get it.

    `seq` is its place in the speaker's feed; own facts handled inline have none yet (0). `at` is when it
    happened, UTC. `version` is its place in its stream, None on streams that are never folded.
    """

    service: str
    seq: int
    id: UUID
    org: OrgId
    stream: str
    version: int | None
    at: datetime
    actor: Actor
    cause: UUID | None
    request_id: str | None
    event: E_co

    @property
    def origin(self) -> dict[str, str] | None:
        """What work that falls due because of it carries along: the fact and its request, if there was one."""
        return None if self.request_id is None else {"cause": str(self.id), "request_id": self.request_id}
