"""Posts that may have expired: old ones that were just read, in orgs that want that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from trackagoat.events.catalogue.ingest import DisableTracking
from trackagoat.events.catalogue.words import ProjectId, VideoId
from trackagoat.events.effects import Claimed, Decide, Done
from trackagoat.events.sql import Db
from trackagoat.ingest.domain.expiring import is_still
from trackagoat.ingest.store import videos


async def expire(db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Posts that stand still are refreshed no longer."""
    read = {str(row.video): row for row in await videos.lately(db, [UUID(c.key) for c in claimed])}
    return [Done(c, _expired(c, read.get(c.key), now)) for c in claimed]


def _expired(claimed: Claimed, post: videos.Lately | None, now: datetime) -> list[Decide]:
    if post is None or not is_still(post.views):
        return []
    command = DisableTracking(video=VideoId(post.video), project=ProjectId(post.project), reason="expired")
    return [Decide(claimed.org, command, f"expire/{claimed.key}/{now.isoformat()}/{claimed.fence}")]
