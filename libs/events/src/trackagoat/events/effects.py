"""What pure rooms return instead of doing it: rows to write, facts to record, work to schedule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID, uuid5

import msgspec

from trackagoat.events.catalogue.words import Command, Event, OrgId
from trackagoat.events.envelope import SYSTEM, Actor, Heard

RECORDED = UUID("6a1f0d4e-51c4-5b7e-9d7a-3c1d1f6e0b57")
"""Namespace of the ids of recorded facts."""


class Write(msgspec.Struct, frozen=True):
    """One row for a set-based statement. The runner gathers neighbours of the same statement into one set.

    `key` is what the row touches; two rows of one key never share a set, so their order is kept. None: the
    statement itself copes with repeats.
    """

    statement: Any
    row: tuple[Any, ...]
    key: tuple[Any, ...] | None


class Record(msgspec.Struct, frozen=True):
    """A fact to append to the service's own ledger, at most once for ever under its `key`.

    It goes to `stream` without a version check; inline projections see it only when it was really new.
    """

    org: OrgId
    stream: str
    event: Event
    key: str
    cause: UUID | None = None
    request_id: str | None = None

    @property
    def id(self) -> UUID:
        """The event id that makes the fact unique."""
        return uuid5(RECORDED, f"{self.org}/{self.key}")


class Decide(msgspec.Struct, frozen=True):
    """A command of the service itself, to be decided in the same transaction, on behalf of `actor`.

    `cause` is the fact it follows from, if it follows from one.
    """

    org: OrgId
    command: Command
    key: str
    actor: Actor = SYSTEM
    cause: UUID | None = None
    request_id: str | None = None

    @classmethod
    def after(cls, fact: Heard[Any], command: Command, key: str) -> Self:
        """What follows from a fact: it belongs to whatever request the fact belongs to."""
        return cls(fact.org, command, key, cause=fact.id, request_id=fact.request_id)


Effect = Write | Record | Decide


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A due row this process may work on until its lease ends."""

    kind: str
    key: str
    org: OrgId
    due_at: datetime
    attempts: int
    payload: Any
    fence: int


class Done(msgspec.Struct, frozen=True):
    """What became of a claimed row: effects to commit with it, and when (if ever) it is due again.

    `attempts` is what the row counts from then on; leave it 0 after success.
    """

    claimed: Claimed
    effects: Sequence[Effect] = ()
    again: datetime | None = None
    attempts: int = 0
    payload: Any = None
