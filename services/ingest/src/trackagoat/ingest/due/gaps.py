"""Gaps: what a discovery that was cut short left unread, how far it is read back, and when it is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from trackagoat.events.catalogue.ingest import DiscoveryGapClosed, DiscoveryGapFound, Post, SourceOutcome
from trackagoat.events.catalogue.words import CreatorId, ProjectId
from trackagoat.events.effects import Claimed, Record
from trackagoat.events.sql import Db
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.domain.scrapes import observations
from trackagoat.ingest.store import creators
from trackagoat.ingest.store import gaps as store


def not_before(account: creators.Account) -> datetime:
    """The start of the creator's first day, in the zone of its org."""
    return datetime.combine(account.tracking_start_date, time.min, ZoneInfo(account.timezone)).astimezone(UTC)


def reads_back(claimed: Claimed, account: creators.Account) -> bool:
    """Whether known posts are no reason to stop: all of the list is wanted, or what lies behind an open gap."""
    return bool((claimed.payload or {}).get("back")) or account.gap_from is not None


def floor(claimed: Claimed, account: creators.Account) -> datetime:
    """Where reading ends: on the creator's first day, or where an open gap does."""
    first = not_before(account)
    if account.gap_from is None or (claimed.payload or {}).get("back"):
        return first
    return max(first, account.gap_from)


async def found(
    db: Db, account: creators.Account, posts: Sequence[Post], cut_short: SourceOutcome | None, now: datetime
) -> DiscoveryGapFound | None:
    """What a look that was cut short left unread: from the newest post discovered before up to the oldest it read."""
    if cut_short is None:
        return None
    last = posts[-1]
    gap_to = last.posted_at or tiktok.posted_at(last.tiktok_video_id, now) or now
    before = await store.newest_discovered(db, account.creator, gap_to)
    return DiscoveryGapFound(
        creator=CreatorId(account.creator),
        project=ProjectId(account.project),
        gap_from=before or min(not_before(account), gap_to),
        gap_to=gap_to,
        posts_read=len(posts),
        outcome=cut_short,
    )


def closed(claimed: Claimed, account: creators.Account, now: datetime) -> Iterator[Record]:
    """A look that ran to its end has passed the gap that was open when it began.

    The same gap may open again: a list shown in short pages may break off at the same place each time.
    """
    if account.gap_from is None or account.gap_to is None:
        return
    closed = DiscoveryGapClosed(
        creator=CreatorId(account.creator),
        project=ProjectId(account.project),
        gap_from=account.gap_from,
        gap_to=account.gap_to,
    )
    key = f"gap-closed/{claimed.key}/{now.isoformat()}/{claimed.fence}"
    yield Record(claimed.org, observations(closed.creator), closed, key)
