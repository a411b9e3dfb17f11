"""Notifications, the table of contents."""

from __future__ import annotations

from trackagoat.events.catalogue.notifications import ChannelEvents
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.host.service import Due, Policy, Projection, Service
from trackagoat.notifications import due, handlers, policies, projections
from trackagoat.notifications.channels.webhook import Webhook
from trackagoat.notifications.settings import Settings


def service(settings: Settings) -> Service:
    """Alerts, the channels they are told over, and their deliveries."""
    webhook = Webhook(settings.targets, settings.secret_key.get_secret_value())
    return Service(
        name="notifications",
        deciders=[handlers.telling, handlers.reading, handlers.connecting(settings.targets)],
        projections=[
            Projection(name="zones", facts=projections.ZoneFacts, writes=projections.zones, tables=("zones",)),
            Projection(name="handles", facts=projections.HandleFacts, writes=projections.handles, tables=("handles",)),
            Projection(
                name="alerts", facts=projections.AlertFacts, writes=projections.alerts, tables=("alerts", "reads")
            ),
            Projection(
                name="channels",
                facts=ChannelEvents,
                writes=projections.channels,
                tables=("channel_settings", "channel_secrets"),
            ),
        ],
        policies=[
            Policy(name="built_in_channels", facts=OrgCreated, effects=policies.built_in_channels),
            Policy(name="goal_alerts", facts=policies.GoalFacts, effects=policies.goal_alerts),
            Policy(name="deliveries", facts=policies.ChannelFacts, effects=policies.deliveries),
        ],
        due=[
            Due(kind=policies.AT_RISK, run=due.goals_at_risk),
            Due(kind="delivery", run=due.Courier(webhook).run, batch=due.SIDE_BY_SIDE, apart=True),
        ],
        around=[webhook],
    )
