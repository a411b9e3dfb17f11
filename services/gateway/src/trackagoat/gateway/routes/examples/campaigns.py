"""A campaign and what belongs to it."""

from __future__ import annotations

import msgspec

from trackagoat.gateway.resources.campaigns import Campaign, CampaignDetail, CampaignItem, CampaignTotals, Target
from trackagoat.gateway.resources.members import CampaignCreator, MemberRef
from trackagoat.gateway.routes.examples.creators import CREATOR_GOAL, TOTALS
from trackagoat.gateway.routes.examples.words import AT, id_of

CAMPAIGN = Campaign(
    id=id_of(6),
    project_id=id_of(2),
    name="Spring",
    description=None,
    readme=None,
    metadata={},
    target_views=1_000_000,
    target_at="2026-06-01T00:00:00Z",
    totals=CampaignTotals(
        views=850_000, likes=21_000, comments=900, shares=310, saves=None, video_count=310, creator_count=24
    ),
    target=Target(state="on_track", percentage=85, pace=1.12, reached_at=None),
    item_count=1,
    parent_ids=[],
    created_at=AT,
    updated_at=AT,
)
CAMPAIGN_ITEM = CampaignItem(
    item_type="creator",
    item_id=id_of(3),
    label="Ana",
    image_url=None,
    is_active=True,
    added_at=AT,
    totals=TOTALS,
)
CAMPAIGN_DETAIL = CampaignDetail(**msgspec.structs.asdict(CAMPAIGN), items=[CAMPAIGN_ITEM])
CAMPAIGN_CREATOR = CampaignCreator(
    creator=MemberRef(id=id_of(3), tiktok_handle="ana", display_name="Ana", avatar_url=None, is_active=True),
    totals=TOTALS,
    goals=[CREATOR_GOAL],
)
