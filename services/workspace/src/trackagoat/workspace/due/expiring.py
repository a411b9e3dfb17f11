"""Invitations nobody answered in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.words import InvitationId
from trackagoat.events.catalogue.workspace import ExpireInvitation
from trackagoat.events.effects import Claimed, Decide, Done
from trackagoat.events.sql import Db


async def expire(db: Db, claimed: Sequence[Claimed], now: datetime) -> Sequence[Done]:  # noqa: ARG001 - asks nothing
    """Say of each invitation that its time may be over; its stream knows whether it is."""
    return [Done(one, effects=[_expiry(one)]) for one in claimed]


def _expiry(one: Claimed) -> Decide:
    command = ExpireInvitation(invitation=InvitationId(UUID(one.key)))
    return Decide(one.org, command, f"expire {one.key} {one.due_at.isoformat()}")
