"""A video, as lists, the inbox, readings and the change log show it."""

from __future__ import annotations

import msgspec

from trackagoat.gateway.resources.changes import VideoChange
from trackagoat.gateway.resources.videos import InboxVideo, Leader, Video, VideoDetail, VideoSnapshot
from trackagoat.gateway.routes.examples.creators import ACTOR, CREATOR_REF, FRESH
from trackagoat.gateway.routes.examples.words import AT, LATER, id_of

VIDEO = Video(
    id=id_of(4),
    project_id=id_of(2),
    creator_id=id_of(3),
    tiktok_video_id="7480000000000000000",
    url="https://www.tiktok.com/@ana/video/7480000000000000000",
    content_type="video",
    origin="discovery",
    title="Sourdough in a minute",
    description=None,
    readme=None,
    metadata={},
    author_handle="ana",
    thumbnail_url=None,
    duration_seconds=58,
    posted_at=AT,
    tracking_status="auto_tracked",
    tracking_disabled=False,
    tracking_disabled_reason=None,
    tracking_disabled_at=None,
    availability="available",
    view_count=1_700,
    like_count=60,
    comment_count=10,
    share_count=5,
    save_count=None,
    stats_source="simulator",
    last_scraped_at=LATER,
    created_at=AT,
    updated_at=AT,
)
VIDEO_DETAIL = VideoDetail(**msgspec.structs.asdict(VIDEO), scrape_freshness=FRESH)
INBOX_VIDEO = InboxVideo(**{**msgspec.structs.asdict(VIDEO), "tracking_status": "pending_review"}, creator=CREATOR_REF)
VIDEO_SNAPSHOT = VideoSnapshot(
    fetched_at=LATER,
    source="simulator",
    view_count=1_700,
    like_count=60,
    comment_count=10,
    share_count=5,
    save_count=None,
    is_baseline=False,
)
VIDEO_CHANGE = VideoChange(
    id=id_of(11), kind="included", at=LATER, actor=ACTOR, data={"from": "pending_review", "to": "included"}
)
LEADER = Leader(
    video_id=id_of(4),
    title="Sourdough in a minute",
    thumbnail_url=None,
    url=VIDEO.url,
    view_count=1_700,
    like_count=60,
    comment_count=10,
    share_count=5,
    save_count=None,
    posted_at=AT,
    creator_id=id_of(3),
    tiktok_handle="ana",
    display_name="Ana",
    avatar_url=None,
    total_count=310,
)
