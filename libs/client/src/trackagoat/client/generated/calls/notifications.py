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
        kind: Literal["advisory_cleared", "advisory_raised", "campaign_target_at_risk", "campaign_target_reached", "creator_auto_disabled", "discovery_gap", "follower_milestone", "goal_at_risk", "goal_behind_pace", "goal_completed", "goal_missed", "inbox_waiting", "invitation_accepted", "invitation_received", "limit_warning", "scrape_overdue", "webhook_disabled"] | None = None,
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

    async def read_all_notifications(
        self,
        *,
        before: datetime | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.ReadAll:
        """Note that every notification until then was read."""
        return await self.one(resources.ReadAll, Call(method="POST", path=place("/notifications/read-all"), body=sent(before=before), headers=self.keyed(idempotency_key)))

    def list_alerts(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["advisory_cleared", "advisory_raised", "campaign_target_at_risk", "campaign_target_reached", "creator_auto_disabled", "discovery_gap", "follower_milestone", "goal_at_risk", "goal_behind_pace", "goal_completed", "goal_missed", "inbox_waiting", "invitation_accepted", "invitation_received", "limit_warning", "scrape_overdue", "webhook_disabled"] | None = None,
        severity: Literal["critical", "info", "warning"] | None = None,
        project_id: UUID | None = None,
        open: bool | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.Alert, resources.PageMeta]:
        """Alerts of the organization that are for the caller, newest first.

        Particular refusals: not_found.
        """
        return self.listing(resources.Alert, resources.PageMeta, place("/alerts"), query(limit=limit, cursor=cursor, kind=kind, severity=severity, project_id=project_id, open=open, from_=from_, to=to))

    def list_channels(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        kind: Literal["email", "in_app", "nats", "slack", "webhook"] | None = None,
    ) -> Listing[resources.Channel, resources.PageMeta]:
        """Channels of the organization, newest first."""
        return self.listing(resources.Channel, resources.PageMeta, place("/channels"), query(limit=limit, cursor=cursor, kind=kind))

    async def create_channel(
        self,
        *,
        kind: Literal["email", "nats", "slack", "webhook"],
        name: str,
        config: requests.Config,
        idempotency_key: str | None = None,
    ) -> resources.NewChannel:
        """Open a channel; a webhook's signing secret is shown this once.

        Particular refusals: email_not_configured.
        """
        return await self.one(resources.NewChannel, Call(method="POST", path=place("/channels"), body=sent(kind=kind, name=name, config=config), headers=self.keyed(idempotency_key)))

    async def get_channel(
        self,
        channel_id: UUID | str,
    ) -> resources.Channel:
        """One channel."""
        return await self.one(resources.Channel, Call(method="GET", path=place("/channels/{}", channel_id)))

    async def change_channel(
        self,
        channel_id: UUID | str,
        *,
        name: str | UnsetType = UNSET,
        config: requests.Config | UnsetType = UNSET,
        is_active: bool | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.Channel:
        """Change a channel; switching it on forgets why it was off.

        Particular refusals: builtin_channel.
        """
        return await self.one(resources.Channel, Call(method="PATCH", path=place("/channels/{}", channel_id), body=sent(name=name, config=config, is_active=is_active), headers=self.matching(if_match)))

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

    async def rotate_channel_secret(
        self,
        channel_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.ChannelsRotated:
        """Sign with a new secret; the old one signs beside it for 24 hours.

        Particular refusals: builtin_channel.
        """
        return await self.one(resources.ChannelsRotated, Call(method="POST", path=place("/channels/{}/rotate-secret", channel_id), headers=self.keyed(idempotency_key)))

    async def test_channel(
        self,
        channel_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.Tested:
        """Send a test over a channel, once and at once."""
        return await self.one(resources.Tested, Call(method="POST", path=place("/channels/{}/test", channel_id), headers=self.keyed(idempotency_key)))

    def list_rules(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Listing[resources.Rule, resources.PageMeta]:
        """Alert rules of the organization, newest first."""
        return self.listing(resources.Rule, resources.PageMeta, place("/alert-rules"), query(limit=limit, cursor=cursor))

    async def create_rule(
        self,
        *,
        name: str,
        channel_ids: list[UUID],
        project_ids: list[UUID] | None | UnsetType = UNSET,
        kinds: list[Literal["advisory_cleared", "advisory_raised", "campaign_target_at_risk", "campaign_target_reached", "creator_auto_disabled", "discovery_gap", "follower_milestone", "goal_at_risk", "goal_behind_pace", "goal_completed", "goal_missed", "inbox_waiting", "invitation_accepted", "invitation_received", "limit_warning", "scrape_overdue", "webhook_disabled"]] | None | UnsetType = UNSET,
        min_severity: Literal["critical", "info", "warning"] | UnsetType = UNSET,
        digest: Literal["daily", "hourly", "immediate"] | UnsetType = UNSET,
        quiet_hours: requests.Quiet | None | UnsetType = UNSET,
        is_active: bool | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.Rule:
        """Say which alerts go to which channels from now on.

        Particular refusals: not_found.
        """
        return await self.one(resources.Rule, Call(method="POST", path=place("/alert-rules"), body=sent(name=name, channel_ids=channel_ids, project_ids=project_ids, kinds=kinds, min_severity=min_severity, digest=digest, quiet_hours=quiet_hours, is_active=is_active), headers=self.keyed(idempotency_key)))

    async def get_rule(
        self,
        rule_id: UUID | str,
    ) -> resources.Rule:
        """One alert rule."""
        return await self.one(resources.Rule, Call(method="GET", path=place("/alert-rules/{}", rule_id)))

    async def change_rule(
        self,
        rule_id: UUID | str,
        *,
        name: str | UnsetType = UNSET,
        channel_ids: list[UUID] | UnsetType = UNSET,
        project_ids: list[UUID] | None | UnsetType = UNSET,
        kinds: list[Literal["advisory_cleared", "advisory_raised", "campaign_target_at_risk", "campaign_target_reached", "creator_auto_disabled", "discovery_gap", "follower_milestone", "goal_at_risk", "goal_behind_pace", "goal_completed", "goal_missed", "inbox_waiting", "invitation_accepted", "invitation_received", "limit_warning", "scrape_overdue", "webhook_disabled"]] | None | UnsetType = UNSET,
        min_severity: Literal["critical", "info", "warning"] | UnsetType = UNSET,
        digest: Literal["daily", "hourly", "immediate"] | UnsetType = UNSET,
        quiet_hours: requests.Quiet | None | UnsetType = UNSET,
        is_active: bool | UnsetType = UNSET,
        if_match: str | None = None,
    ) -> resources.Rule:
        """Change an alert rule."""
        return await self.one(resources.Rule, Call(method="PATCH", path=place("/alert-rules/{}", rule_id), body=sent(name=name, channel_ids=channel_ids, project_ids=project_ids, kinds=kinds, min_severity=min_severity, digest=digest, quiet_hours=quiet_hours, is_active=is_active), headers=self.matching(if_match)))

    async def delete_rule(
        self,
        rule_id: UUID | str,
        *,
        if_match: str | None = None,
    ) -> resources.Deleted:
        """Take an alert rule away."""
        return await self.one(resources.Deleted, Call(method="DELETE", path=place("/alert-rules/{}", rule_id), headers=self.matching(if_match)))

    def list_deliveries(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        channel_id: UUID | None = None,
        status: Literal["cancelled", "failed", "pending", "succeeded"] | None = None,
        from_: date | None = None,
        to: date | None = None,
    ) -> Listing[resources.Delivery, resources.PageMeta]:
        """Messages to channels of the last 30 days, newest first.

        Particular refusals: not_found.
        """
        return self.listing(resources.Delivery, resources.PageMeta, place("/deliveries"), query(limit=limit, cursor=cursor, channel_id=channel_id, status=status, from_=from_, to=to))

    async def get_delivery(
        self,
        delivery_id: UUID | str,
    ) -> resources.Delivery:
        """One message to one channel, with every attempt."""
        return await self.one(resources.Delivery, Call(method="GET", path=place("/deliveries/{}", delivery_id)))

    async def redeliver(
        self,
        delivery_id: UUID | str,
        *,
        idempotency_key: str | None = None,
    ) -> resources.Delivery:
        """Send a message again under the same id; its schedule begins anew.

        Particular refusals: channel_disabled.
        """
        return await self.one(resources.Delivery, Call(method="POST", path=place("/deliveries/{}/redeliver", delivery_id), headers=self.keyed(idempotency_key)))

    async def redeliver_span(
        self,
        channel_id: UUID | str,
        *,
        from_: str,
        to: str,
        status: Literal["cancelled", "failed", "succeeded"] | UnsetType = UNSET,
        idempotency_key: str | None = None,
    ) -> resources.Queued:
        """Send what was made over a channel in a span of time again, at most 1,000 messages.

        Particular refusals: channel_disabled.
        """
        return await self.one(resources.Queued, Call(method="POST", path=place("/channels/{}/redeliver", channel_id), body=sent(from_=from_, to=to, status=status), headers=self.keyed(idempotency_key)))
