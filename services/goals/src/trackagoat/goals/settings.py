"""What goals needs to know of its surroundings."""

from __future__ import annotations

from trackagoat.events.host.settings import Settings as Common


class Settings(Common):
    """Nothing beyond what every service reads."""
