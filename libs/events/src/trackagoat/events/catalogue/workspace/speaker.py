"""What every word of workspace shares: who says it, who is asked, and the tiers and roles it speaks of."""

from __future__ import annotations

from typing import ClassVar, Literal

from trackagoat.events.catalogue.words import Command, Event, Refused

Tier = Literal["self_hosted", "free", "starter", "ultra"]
Role = Literal["admin", "member"]


class WorkspaceEvent(Event, frozen=True, kw_only=True):
    """Said by workspace."""

    speaker: ClassVar[str] = "workspace"


class WorkspaceCommand(Command, frozen=True, kw_only=True):
    """Asked of workspace."""

    service: ClassVar[str] = "workspace"


class LimitReached(Refused):
    """The plan's limit is reached."""
