"""Settings of notifications."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from trackagoat.events.host import settings
from trackagoat.notifications.domain.channels import Reach
from trackagoat.notifications.domain.targets import Targets


class Settings(settings.Keyed):
    """Where things are, and where messages may go."""

    outbound_allowlist: Annotated[tuple[str, ...], NoDecode] = ()
    """Networks, addresses and host names that webhooks may reach though they are not public or not https,
    separated by commas: `10.0.0.0/8, 127.0.0.1, hooks.internal`."""
    event_feed_days: int = Field(default=90, ge=1)
    """How long public events are kept."""
    base_url: str = "http://127.0.0.1:8080"
    """Where people reach the installation: the beginning of links in letters."""
    smtp_host: str | None = None
    """The mail server; without one there are no e-mail channels."""
    smtp_port: int = 587
    """Where it listens."""
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    """How the way to it is encrypted; `none` only on this machine."""
    smtp_username: str | None = None
    """As whom mail is handed in, if it wants to know."""
    smtp_password: SecretStr | None = None
    """That user's password."""
    smtp_from: str = "trackagoat@localhost"
    """The address letters come from."""

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

    @property
    def reach(self) -> Reach:
        """Where this installation can send."""
        return Reach(self.targets, mail=self.smtp_host is not None)
