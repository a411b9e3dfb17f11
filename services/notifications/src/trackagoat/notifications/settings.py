"""Settings of notifications."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import field_validator
from pydantic_settings import NoDecode

from trackagoat.events.host import settings
from trackagoat.notifications.domain.targets import Targets


class Settings(settings.Settings):
    """Where things are, and where messages may go."""

    outbound_allowlist: Annotated[tuple[str, ...], NoDecode] = ()
    """Networks, addresses and host names that webhooks may reach though they are not public or not https,
    separated by commas: `10.0.0.0/8, 127.0.0.1, hooks.internal`."""

    @field_validator("outbound_allowlist", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(entry.strip() for entry in value.split(",") if entry.strip())
        return value

    @field_validator("outbound_allowlist")
    @classmethod
    def _readable(cls, entries: tuple[str, ...]) -> tuple[str, ...]:
        Targets.of(entries)
        return entries

    @property
    def targets(self) -> Targets:
        """The allow-list, read."""
        return Targets.of(self.outbound_allowlist)
