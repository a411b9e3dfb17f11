"""Settings of ingest: which sources are asked, in which order and how often, and who may not be tracked."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from pydantic import field_validator

from trackagoat.events.catalogue.ingest import JobKind
from trackagoat.events.host import settings

SOURCES = frozenset({"simulator"})
"""The sources that can be asked."""
_limit = re.compile(r"([a-z][a-z0-9_]*)=([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+))?")


class Limit(msgspec.Struct, frozen=True):
    """How much of a source: calls a minute over all replicas, and calls at once in each. None: no bound."""

    calls_per_minute: float | None = None
    at_once: int | None = None


LIMITS: Mapping[str, Limit] = {}
"""What a source bears unless `source_limits` says otherwise."""


class Settings(settings.Keyed):
    """Names are the environment variables in upper case; lists are separated by commas."""

    sources: str = "simulator"
    """Sources in the order they are asked. Empty: nothing is scraped, readings come by import alone."""
    sources_creator_profiles: str | None = None
    """The same for one kind of job, in place of `sources`; so are the next two."""
    sources_discover_videos: str | None = None
    sources_video_stats: str | None = None
    source_limits: str = ""
    """Calls a minute (over all replicas) and calls at once (in each): `ytdlp=20/2, display_api=600`."""
    banned_handles: str = ""
    simulator_seed: str = "trackagoat"
    """Another seed is another simulated TikTok."""

    def listed(self, text: str) -> list[str]:
        """The words of a list."""
        return [word.strip() for word in text.split(",") if word.strip()]

    def order(self, kind: JobKind) -> list[str]:
        """The sources of one kind of job, in their order."""
        own: str | None = getattr(self, f"sources_{kind}")
        return self.listed(self.sources if own is None else own)

    def limit(self, source: str) -> Limit:
        """How much of that source."""
        return limits(self.source_limits).get(source, LIMITS.get(source, Limit()))

    @field_validator("sources", "sources_creator_profiles", "sources_discover_videos", "sources_video_stats")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        for word in (value or "").split(","):
            if word.strip() and word.strip() not in SOURCES:
                message = f"there is no source called {word.strip()}; known are {', '.join(sorted(SOURCES))}"
                raise ValueError(message)
        return value

    @field_validator("source_limits")
    @classmethod
    def _readable(cls, value: str) -> str:
        limits(value)
        return value


def limits(text: str) -> dict[str, Limit]:
    """`name=calls a minute/calls at once`, the second part if wanted, separated by commas. Raises ValueError."""
    found: dict[str, Limit] = {}
    for word in (word.strip() for word in text.split(",")):
        told = _limit.fullmatch(word)
        if word and (told is None or told[1] not in SOURCES or not float(told[2]) or told[3] == "0"):
            message = f"{word} is no limit of a source; write it like {min(SOURCES)}=20/2, 20 calls a minute, 2 at once"
            raise ValueError(message)
        if told is not None:
            found[told[1]] = Limit(float(told[2]), int(told[3]) if told[3] else None)
    return found
