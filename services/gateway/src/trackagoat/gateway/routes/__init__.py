"""Every route of the API, resource by resource."""

from __future__ import annotations

from trackagoat.gateway.registry import Route
from trackagoat.gateway.routes import (
    account,
    campaigns,
    channels,
    creators,
    documents,
    goals,
    gone,
    leaderboards,
    notifications,
    projects,
    videos,
)

ROUTES: tuple[Route, ...] = (
    *account.ROUTES,
    *projects.ROUTES,
    *creators.ROUTES,
    *videos.ROUTES,
    *campaigns.ROUTES,
    *goals.ROUTES,
    *leaderboards.ROUTES,
    *notifications.ROUTES,
    *channels.ROUTES,
    *documents.ROUTES,
    *gone.ROUTES,
)
