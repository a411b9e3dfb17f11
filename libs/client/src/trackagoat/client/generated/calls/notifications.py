"""Notifications: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class Notifications(Connection):
    """The calls of the group Notifications."""

    def list_notifications(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        unread: bool | None = None,
        kind: Literal["goal_at_risk", "goal_completed", "goal_missed"] | None = None,
        severity: Literal["critical", "info", "warning"] | None = None,
        project_id: UUID | None = None,
    ) -> Listing[resources.Notification, resources.NotificationsMeta]:
        """The caller's notifications, newest first.

        Particular refusals: not_found.
        """
        return self.listing(resources.Notification, resources.NotificationsMeta, place("/notifications"), query(limit=limit, cursor=cursor, unread=unread, kind=kind, severity=severity, project_id=project_id))

    async def read_notification(
        self,
        notification_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.Notification:
        """Note that a notification was read."""
        return await self.one(resources.Notification, Call(method="POST", path=place("/notifications/{}/read", notification_id), headers=self.keyed(idempotency_key)))

    def list_alerts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["goal_at_risk", "goal_completed", "goal_missed"] | None = None,
        severity: Literal["critical", "info", "warning"] | None = None,
        project_id: UUID | None = None,
        open: bool | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.Alert, resources.PageMeta]:
        """Alerts of the organization, newest first.

        Particular refusals: not_found.
        """
        return self.listing(resources.Alert, resources.PageMeta, place("/alerts"), query(limit=limit, cursor=cursor, kind=kind, severity=severity, project_id=project_id, open=open, from_=from_, to=to))

    def list_channels(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["in_app", "webhook"] | None = None,
    ) -> Listing[resources.Channel, resources.PageMeta]:
        """Channels of the organization, newest first."""
        return self.listing(resources.Channel, resources.PageMeta, place("/channels"), query(limit=limit, cursor=cursor, kind=kind))

    async def create_channel(
        self,
        *,
        kind: Literal["webhook"],
        name: str,
        config: requests.WebhookConfig,
        idempotency_key: str | None = None,
    ) -> resources.NewChannel:
        """Open a webhook; its signing secret is shown this once."""
        return await self.one(resources.NewChannel, Call(method="POST", path=place("/channels"), body=sent(kind=kind, name=name, config=config), headers=self.keyed(idempotency_key)))

    async def get_channel(
        self,
        channel_id: UUID | str,
    ) -> resources.Channel:
        """One channel."""
        return await self.one(resources.Channel, Call(method="GET", path=place("/channels/{}", channel_id)))

    async def delete_channel(
        self,
        channel_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Close a channel; what waited for it is cancelled.

        Particular refusals: builtin_channel.
        """
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/channels/{}", channel_id), headers=self.matching(if_match)))
