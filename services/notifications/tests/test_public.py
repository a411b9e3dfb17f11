"""What others see of a fact: what it means to them, and nothing that was never meant for them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.words import InvitationId, OrgId, UserId
from trackagoat.events.catalogue.workspace import (
    InvitationAccepted,
    InvitationCreated,
    InvitationDeclined,
    InvitationExpired,
    InvitationResent,
    InvitationRevoked,
    WorkspaceEvent,
)
from trackagoat.events.testing.play import heard
from trackagoat.notifications.domain.public import public

ORG, AT = OrgId(UUID(int=1)), datetime(2026, 3, 10, 8, tzinfo=UTC)
ABOUT: dict[str, Any] = {"invitation": InvitationId(UUID(int=2)), "role": "member", "expires_at": AT}
TOKEN: dict[str, Any] = {"nonce": UUID(int=3), "digest": "ab" * 32}
PERSON: dict[str, Any] = {"email": "sealed", "email_hash": "cd" * 32, "invited_by": UserId(UUID(int=4))}


@pytest.mark.parametrize(
    "event",
    [
        InvitationCreated(**ABOUT, **TOKEN, **PERSON),
        InvitationResent(**ABOUT, **TOKEN),
        InvitationAccepted(**ABOUT, user=UserId(UUID(int=4))),
        InvitationDeclined(**ABOUT),
        InvitationRevoked(**ABOUT),
        InvitationExpired(**ABOUT),
    ],
    ids=lambda event: event.tag(),
)
def test_an_invitation_shows_its_role_and_its_end_alone(event: WorkspaceEvent) -> None:
    shown = public(heard(event, org=ORG, at=AT))
    assert (shown.subject_type, shown.subject) == ("invitation", ABOUT["invitation"])
    assert shown.data == {"role": "member", "expires_at": "2026-03-10T08:00:00Z"}
