"""The plan of the organization and how much of it is used."""

from __future__ import annotations

import asyncio
from datetime import UTC
from uuid import UUID

from trackagoat.events.catalogue import plans
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.reads import ingest, usage
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.fields import Params
from trackagoat.gateway.resources.limits import Limit, Limits, Use, limits
from trackagoat.gateway.routes.examples import id_of
from trackagoat.gateway.store import days


class WhichProject(Params, frozen=True, kw_only=True):
    """The project whose caps to show; else the fullest one's are."""

    project_id: UUID | None = None


async def get_limits(call: Call[WhichProject, None]) -> Answer[Limits]:
    await tenancy.filters(call)
    named = call.params.project_id
    today = call.now.astimezone(UTC).date()
    row, seats, tracked, project, campaign, calls = await asyncio.gather(
        tenancy.org(call),
        usage.seats(call.db, call.org, call.now),
        usage.tracked(call.db, call.org),
        usage.fullest_project(call.db, call.org, named),
        usage.fullest_campaign(call.db, call.org, named),
        days.used(call.db, call.org, today),
    )
    triggers = await ingest.triggers_used(call.db, call.org, today)
    uses: dict[plans.Limit, Use] = {
        "max_creators_per_org": Use(tracked.creators if tracked else 0),
        "max_tracked_videos_per_org": Use(tracked.videos if tracked else 0),
        "max_projects_per_org": Use(seats.projects if seats else 0),
        "max_members_per_org": Use(seats.members if seats else 0),
        "max_api_keys_per_org": Use(seats.keys if seats else 0),
        "max_campaigns_per_project": Use(project.count, project.at_id) if project else Use(0, named),
        "max_campaign_items_per_campaign": Use(campaign.count, campaign.at_id) if campaign else Use(0),
        "max_api_requests_per_day": Use(calls or 0),
        "max_manual_scrape_triggers_per_day": Use(triggers or 0),
    }
    return ok(limits(row, uses, call.now))


ROUTES = (
    Route(
        method="GET",
        path="/limits",
        name="getLimits",
        summary="The plan of the organization and how much of every limit is used; the call itself is not counted",
        scope="read",
        tag="Limits",
        errors=("not_found",),
        handler=get_limits,
        params=WhichProject,
        answer=Limits,
        example=Limits(
            tier="starter",
            grace=None,
            limits=[
                Limit(
                    key="max_creators_per_org",
                    max=50,
                    current=24,
                    unit="count",
                    scope="org",
                    at_id=None,
                    resets_at=None,
                ),
                Limit(
                    key="max_campaigns_per_project",
                    max=20,
                    current=4,
                    unit="count",
                    scope="project",
                    at_id=id_of(2),
                    resets_at=None,
                ),
            ],
        ),
        uncounted=True,
    ),
)
