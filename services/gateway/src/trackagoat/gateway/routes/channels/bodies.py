"""What may be said of a channel: where each kind leads."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from trackagoat.events.catalogue.notifications import ChannelKind
from trackagoat.gateway.edge.decoding import FieldError
from trackagoat.gateway.resources.fields import Body, Name, Page, Url, something
from trackagoat.gateway.resources.patterns import fits
from trackagoat.gateway.routes.events import PUBLIC

Address = Annotated[
    str, Meta(max_length=254, pattern=r"^[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+$", description="An e-mail address")
]
Addresses = Annotated[list[Address], Meta(min_length=1, max_length=20)]
EventTypes = Annotated[list[Annotated[str, Meta(min_length=1, max_length=100)]], Meta(max_length=100)]
OF_KIND: dict[str, tuple[str | None, set[str]]] = {
    "webhook": ("url", {"url", "event_types"}),
    "email": ("to", {"to"}),
    "slack": ("webhook_url", {"webhook_url"}),
    "nats": (None, set()),
}
"""By kind: what its configuration needs, and what it may have."""


class ListChannels(Page, frozen=True, kw_only=True):
    """Channels, by kind."""

    kind: ChannelKind | None = None


class Config(Body, frozen=True, kw_only=True):
    """Where a channel leads: `url` and `event_types` of a webhook, `to` of e-mail, `webhook_url` of Slack.

    One of kind `nats` leads to `alerts.<org>.>` and has none of these.
    """

    url: Url | UnsetType = UNSET
    event_types: EventTypes | UnsetType = UNSET
    to: Addresses | UnsetType = UNSET
    webhook_url: Url | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Every pattern fits some public event."""
        for pattern in () if self.event_types is UNSET else self.event_types:
            if not any(fits(type, [pattern]) for type in PUBLIC):
                raise FieldError("event_types", f"There are no public events of type {pattern!r}")

    @property
    def named(self) -> set[str]:
        """The fields that were sent."""
        return {name for name in self.__struct_fields__ if getattr(self, name) is not UNSET}


class ChannelWanted(Body, frozen=True, kw_only=True):
    """A channel to open."""

    kind: Literal["webhook", "email", "slack", "nats"]
    name: Name
    config: Config

    def __post_init__(self) -> None:
        """Each kind has a configuration of its own."""
        needed, allowed = OF_KIND[self.kind]
        if needed is not None and needed not in self.config.named:
            raise _of_config(needed, "Required")
        for other in sorted(self.config.named - allowed):
            raise _of_config(other, f"Not for a channel of kind {self.kind}")


class ChannelChange(Body, frozen=True, kw_only=True):
    """What to change of a channel; what is not named stays."""

    name: Name | UnsetType = UNSET
    config: Config | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Something has to change."""
        something(self)


def _of_config(field: str, message: str) -> FieldError:
    return FieldError(f"config.{field}", message)
