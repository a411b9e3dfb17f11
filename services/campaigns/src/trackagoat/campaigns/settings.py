"""Settings of campaigns: only those every service has."""

from __future__ import annotations

from trackagoat.events.host import settings


class Settings(settings.Settings):
    """Where things are."""
