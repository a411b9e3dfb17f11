"""What creators and videos are called, for lists that only name them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


class LabelRow(msgspec.Struct, frozen=True):
    """What an item is called."""

    item: UUID
    label: str
    avatar: str | None


@read(
    """
    SELECT creator AS item, coalesce(display_name_override, tiktok_display_name, tiktok_handle) AS label,
        avatar_url AS avatar
    FROM ingest.creators WHERE org = $1 AND creator = ANY ($2::uuid[])
    """
)
async def creator_labels(db: Db, org: OrgId, creators: Sequence[UUID]) -> list[LabelRow]:
    """What these creators are called."""
    ...


@read(
    """
    SELECT video AS item, coalesce(title, url) AS label, thumbnail_url AS avatar
    FROM ingest.videos WHERE org = $1 AND video = ANY ($2::uuid[])
    """
)
async def video_labels(db: Db, org: OrgId, videos: Sequence[UUID]) -> list[LabelRow]:
    """What these videos are called."""
    ...
