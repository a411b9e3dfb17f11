"""The organization, its project and its keys."""

from __future__ import annotations

import msgspec

from trackagoat.gateway.resources.workspace import ApiKey, Counts, EffectiveHours, KeyOwner, NewApiKey, Org, Project
from trackagoat.gateway.routes.examples.words import AT, LATER, id_of

ORG = Org(
    id=id_of(1),
    name="Goat Agency",
    tier="self_hosted",
    timezone="Europe/Berlin",
    video_stats_hours=6,
    discover_videos_hours=6,
    creator_profiles_hours=24,
    effective_hours=EffectiveHours(video_stats=6, discover_videos=6, creator_profiles=24),
    video_expiry_enabled=False,
    role="admin",
    created_at=AT,
    updated_at=AT,
)
PROJECT = Project(
    id=id_of(2),
    org_id=id_of(1),
    name="Spring launch",
    description="Creators of the spring launch.",
    readme="Creators of the spring launch.",
    metadata={"crm": "4711"},
    counts=Counts(creators=24, videos=310, campaigns=4, goals=12, pending_review=3),
    created_at=AT,
    updated_at=AT,
)
API_KEY = ApiKey(
    id=id_of(5),
    name="reporting",
    prefix="tga_0f3a9c12",
    scopes=["read"],
    owner=KeyOwner(user_id=id_of(20), name="Ana"),
    created_at=AT,
    expires_at=None,
    last_used_at=LATER,
    revoked_at=None,
)
NEW_API_KEY = NewApiKey(**msgspec.structs.asdict(API_KEY), key="tga_" + "0f3a9c12" * 8)
