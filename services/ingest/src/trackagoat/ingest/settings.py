"""Settings of ingest: which sources are asked, and who may not be tracked."""

from __future__ import annotations

from pydantic import field_validator

from trackagoat.events.host import settings

SOURCES = frozenset({"simulator"})
"""The sources that can be asked."""


class Settings(settings.Keyed):
    """Names are the environment variables in upper case; lists are separated by commas."""

    sources: str = "simulator"
    """Sources in the order they are asked. Empty: nothing is scraped, readings come by import alone."""
    banned_handles: str = ""
    simulator_seed: str = "trackagoat"
    """Another seed is another simulated TikTok."""

    def listed(self, text: str) -> list[str]:
        """The words of a list."""
        return [word.strip() for word in text.split(",") if word.strip()]

    @field_validator("sources")
    @classmethod
    def _known(cls, value: str) -> str:
        for word in value.split(","):
            if word.strip() and word.strip() not in SOURCES:
                message = f"there is no source called {word.strip()}; known are {', '.join(sorted(SOURCES))}"
                raise ValueError(message)
        return value
