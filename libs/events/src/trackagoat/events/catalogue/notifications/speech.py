"""What every event and command of notifications has in common."""

from __future__ import annotations

from typing import ClassVar

from trackagoat.events.catalogue.words import Command, Event


class NotificationsEvent(Event, frozen=True, kw_only=True):
    """Said by notifications."""

    speaker: ClassVar[str] = "notifications"


class NotificationsCommand(Command, frozen=True, kw_only=True):
    """Asked of notifications."""

    service: ClassVar[str] = "notifications"
