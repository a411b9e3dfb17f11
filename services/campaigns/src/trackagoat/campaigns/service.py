"""Campaigns, the table of contents."""

from __future__ import annotations

from trackagoat.campaigns import due, handlers, policies, projections
from trackagoat.campaigns.settings import Settings
from trackagoat.events.catalogue.ingest import VideoRemoved
from trackagoat.events.host.service import Due, Policy, Projection, Service


def service(settings: Settings) -> Service:  # noqa: ARG001 - every service is made from its settings
    """Nested campaigns, their recursive totals, and where they stand against their targets."""
    return Service(
        name="campaigns",
        deciders=[handlers.graph],
        projections=[
            Projection(
                name="totals",
                facts=projections.Facts,
                writes=projections.totals,
                exclusive=True,
                tables=(
                    "campaigns",
                    "items",
                    "closure",
                    "creators",
                    "videos",
                    "membership",
                    "campaign_creators",
                    "gone",
                    "orgs",
                    "video_quarters",
                    "first_readings",
                    "campaign_quarters",
                    "campaign_days",
                ),
            )
        ],
        policies=[
            Policy(name="removed_videos", facts=VideoRemoved, effects=policies.removed_videos, exclusive=True),
        ],
        due=[Due(kind="target", run=due.targets, batch=8, apart=True)],
    )
