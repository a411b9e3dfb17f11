"""Settings of ingest: which sources are asked, in which order and how often, and who may not be tracked."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Self, get_args

import msgspec
from pydantic import SecretStr, model_validator

from trackagoat.events.catalogue.ingest import JobKind
from trackagoat.events.host import settings
from trackagoat.ingest.sources import display_api, ytdlp
from trackagoat.ingest.sources.display_api.login import API
from trackagoat.ingest.sources.http_provider.mapping import Mapping, Unmappable, load

SOURCES = frozenset({"simulator", "display_api", "ytdlp"})
"""The sources that can be asked, beside providers described by mapping files."""
KINDS: tuple[JobKind, ...] = get_args(JobKind)
_limit = re.compile(r"([a-z][a-z0-9_]*)=([0-9]+(?:\.[0-9]+)?)(?:/([0-9]+))?")


class Limit(msgspec.Struct, frozen=True):
    """How much of a source: calls a minute over all replicas, and calls at once in each. None: no bound."""

    calls_per_minute: float | None = None
    at_once: int | None = None


LIMITS: dict[str, Limit] = {
    display_api.NAME: Limit(display_api.CALLS_PER_MINUTE, 16),
    ytdlp.NAME: Limit(10, 2),
}
"""What a source bears unless `source_limits` says otherwise."""


class Settings(settings.Keyed):
    """Names are the environment variables in upper case; lists are separated by commas."""

    sources: str = "simulator"
    """Sources in the order they are asked. Empty: nothing is scraped, readings come by import alone."""
    sources_creator_profiles: str | None = None
    """The same for profiles alone, in place of `sources`."""
    sources_discover_videos: str | None = None
    """The same for the discovery of posts."""
    sources_video_stats: str | None = None
    """The same for the counters of posts."""
    source_limits: str = ""
    """Calls a minute (over all replicas) and calls at once (in each), by source: `ytdlp=20/2, display_api=600`."""
    http_providers: str = ""
    """Mapping files of providers, separated by commas; each makes a source of the name it gives."""
    tiktok_client_key: str | None = None
    """Of your app at TikTok for Developers; `display_api` needs it, and its secret."""
    tiktok_client_secret: SecretStr | None = None
    """The secret of that app."""
    display_api_url: str = API
    """Where TikTok's API is; another one for tests."""
    banned_handles: str = ""
    """Accounts that nobody may track, separated by commas."""
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
        usual = {m.name: Limit(m.calls_per_minute, m.at_once) for m in self.mappings()}
        return limits(self.source_limits).get(source) or usual.get(source) or LIMITS.get(source, Limit())

    def mappings(self) -> list[Mapping]:
        """What the mapping files say. Raises ValueError."""
        return [_mapping(Path(path)) for path in self.listed(self.http_providers)]

    def secret(self, mapping: Mapping) -> str | None:
        """What a provider wants to see in its header. Raises ValueError."""
        if mapping.auth is None:
            return None
        secret = os.environ.get(mapping.auth.secret_env)
        if not secret:
            message = f"{mapping.auth.secret_env} is not set, which the mapping of {mapping.name} names as its secret"
            raise ValueError(message)
        return secret

    @model_validator(mode="after")
    def _known(self) -> Self:
        mappings = {mapping.name: mapping for mapping in self.mappings()}
        if taken := sorted(SOURCES & set(mappings)):
            message = f"HTTP_PROVIDERS: a mapping cannot be called {taken[0]}; that source is built in"
            raise ValueError(message)
        named = {name for kind in KINDS for name in self.order(kind)}
        for name in sorted(named | set(limits(self.source_limits))):
            if name not in SOURCES and name not in mappings:
                known = ", ".join(sorted(SOURCES | set(mappings)))
                message = f"SOURCES or SOURCE_LIMITS: there is no source called {name}; known are {known}"
                raise ValueError(message)
        for name in sorted(named & set(mappings)):
            self.secret(mappings[name])
        if ytdlp.NAME in named and not ytdlp.is_installed():
            message = "SOURCES: ytdlp is not installed; install trackagoat-ingest[ytdlp]"
            raise ValueError(message)
        if display_api.NAME in named and not (self.tiktok_client_key and self.tiktok_client_secret):
            message = "SOURCES: display_api needs TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET"
            raise ValueError(message)
        return self


def _mapping(path: Path) -> Mapping:
    try:
        return load(path.read_text())
    except (OSError, UnicodeDecodeError, Unmappable) as error:
        message = f"HTTP_PROVIDERS: {path}: {error}"
        raise ValueError(message) from None


def limits(text: str) -> dict[str, Limit]:
    """`name=calls a minute/calls at once`, the second part if wanted, separated by commas. Raises ValueError."""
    found: dict[str, Limit] = {}
    for word in (word.strip() for word in text.split(",")):
        told = _limit.fullmatch(word)
        if word and (told is None or not float(told[2]) or told[3] == "0"):
            message = (
                f"SOURCE_LIMITS: {word} is no limit of a source; write it like ytdlp=20/2, 20 calls a minute, 2 at once"
            )
            raise ValueError(message)
        if told is not None:
            found[told[1]] = Limit(float(told[2]), int(told[3]) if told[3] else None)
    return found
