"""What a message says, in the same bytes at every attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind, ChannelKind
from trackagoat.events.catalogue.words import INSTALLATION, AlertId, ChannelId, Json, OrgId, Severity
from trackagoat.notifications.domain.phrases import instant
from trackagoat.notifications.domain.routing import ORDER


class Entity(msgspec.Struct, frozen=True):
    """What the alert is about."""

    type: str
    id: UUID
    label: str | None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """An alert as a receiver gets it."""

    id: AlertId
    kind: AlertKind
    severity: Severity
    title: str
    body: str
    project_id: UUID | None
    entity: Entity
    data: dict[str, Json]
    created_at: str


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message: its type, since when it is due, and its notices or (a public event) its data."""

    id: str
    type: str
    at: datetime
    notices: Sequence[Notice] = ()
    event: dict[str, Json] | None = None

    @property
    def body(self) -> bytes:
        """As webhooks get it: `{type, timestamp, data}`."""
        return msgspec.json.encode({"type": self.type, "timestamp": instant(self.at), "data": self._data()})

    def _data(self) -> Any:
        if self.event is not None:
            return self.event
        if self.type.startswith("alert.") and self.type != "alert.digest":
            return self.notices[0]
        return {"alerts": list(self.notices)}


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a channel needs to send one message once.

    What is sealed opens with the installation's key; `sealed_secrets` are those that sign, the newest first. Readers in
    `left_by` want no letters any more.
    """

    channel: ChannelId
    kind: ChannelKind
    name: str
    message: Message
    url: str | None = None
    sealed_config: str | None = None
    sealed_secrets: Sequence[str] = ()
    org: OrgId = INSTALLATION
    left_by: Sequence[UUID] = ()


def by_urgency(notices: Sequence[Notice]) -> list[Notice]:
    """As digests list them: by severity, then time."""
    return sorted(notices, key=lambda one: (-ORDER.index(one.severity), one.created_at, one.id))
