"""Letters: what is written to people about invitations and passwords."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Letter(msgspec.Struct, frozen=True):
    """A mail in plain text. `id` is the same however often it is tried."""

    id: UUID
    to: str
    subject: str
    text: str


def invitation(  # noqa: PLR0913 - everything the letter says
    id: UUID, to: str, *, org: str, inviter: str | None, role: str, url: str, expires_at: datetime
) -> Letter:
    """Somebody is asked to join an organization."""
    by = inviter or "An admin"
    text = (
        f"{by} asks you to join {org} on trackagoat as {'an admin' if role == 'admin' else 'a member'}.\n\n"
        f"Accept or decline here:\n{url}\n\n"
        f"The invitation is good until {expires_at:%d %B %Y, %H:%M} UTC. If you do not know {org}, ignore it.\n"
    )
    return Letter(id, to, _line(f"{by} invites you to {org}"), text)


def reset(id: UUID, to: str, *, name: str, url: str, expires_at: datetime) -> Letter:
    """Somebody asked for a new password."""
    text = (
        f"Hello {name},\n\nsomebody asked for a new password for your trackagoat account. Set it here:\n{url}\n\n"
        f"The link works once, until {expires_at:%H:%M} UTC. If it was not you, ignore this: nothing has changed.\n"
    )
    return Letter(id, to, "Set a new password", text)


def _line(text: str) -> str:
    """Fit for a header: no line breaks or control characters."""
    return "".join(one if one.isprintable() else " " for one in text)
