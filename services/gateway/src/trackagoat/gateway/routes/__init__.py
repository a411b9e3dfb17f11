"""Every route of the API, resource by resource."""

from __future__ import annotations

from trackagoat.gateway.registry import Route
from trackagoat.gateway.routes import (
    account,
    aggregates,
    analytics,
    campaigns,
    channels,
    creators,
    deliveries,
    documents,
    events,
    goals,
    gone,
    histories,
    invitations,
    limits,
    members,
    notifications,
    projects,
    rules,
    scrapes,
    videos,
)

ROUTES: tuple[Route, ...] = (
    *account.ROUTES,
    *members.ROUTES,
    *invitations.ROUTES,
    *limits.ROUTES,
    *projects.ROUTES,
    *creators.ROUTES,
    *videos.ROUTES,
    *scrapes.ROUTES,
    *histories.ROUTES,
    *campaigns.ROUTES,
    *goals.ROUTES,
    *analytics.ROUTES,
    *aggregates.ROUTES,
    *notifications.ROUTES,
    *channels.ROUTES,
    *rules.ROUTES,
    *deliveries.ROUTES,
    *events.ROUTES,
    *documents.ROUTES,
    *gone.ROUTES,
)
