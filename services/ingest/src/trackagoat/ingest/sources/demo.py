"""Demo: two dozen simulated creators and what scraping them for 60 days would have brought home.

How an installation is filled, by whoever can ask ingest:

    for history in histories(now):
        # AddCreator(tiktok_handle=history.handle, tracking_start_date=history.start_date(org_zone), …)
        # one ask per history: a RecordScrape per history.scrapes with source=NAME, oldest first

The readings are those the simulator made at those instants, so live scrapes go on along the same curves; the
last ones lie a few minutes apart just before `now`, so that the next ones fall due one by one. `views_gained` and
`posts_made` foretell what a goal over a span will measure, to choose targets that come out on either side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo

import msgspec

from trackagoat.ingest.sources.protocol import Scrape
from trackagoat.ingest.sources.simulator import NAME, World
from trackagoat.ingest.sources.simulator.chance import throw

__all__ = ["DAYS", "HANDLES", "NAME", "History", "histories", "posts_made", "views_gained"]

DAYS = 60
HANDLES = (
    "mega_horns",
    "daily_hay",
    "steady_hooves",
    "bursty_kids",
    "carousel_clover",
    "pinned_pasture",
    "quiet_meadow",
    "tidy_barn",
    "corrected_cud",
    "daily_milkmaid",
    "steady_summit",
    "mega_billygoat",
    "bursty_bleats",
    "daily_goatyoga",
    "steady_shepherd",
    "daily_creamery",
    "steady_bellwether",
    "carousel_cheese",
    "bursty_farmhands",
    "daily_nannydiaries",
    "steady_fencejumper",
    "pinned_petting",
    "daily_mountain",
    "steady_goatherd",
)
"""The first half of each name is the personality (see the simulator)."""

_YOUNG = timedelta(days=14)
_STEP = timedelta(days=1)
_STAGGER = timedelta(seconds=150)
_FRESH = timedelta(hours=24)


class History(msgspec.Struct, frozen=True, kw_only=True):
    """One creator's scrapes, oldest first; every post in them was made at or after `since`."""

    handle: str
    since: datetime
    scrapes: list[Scrape]

    def start_date(self, zone: tzinfo) -> date:
        """The day tracking started, in the org's zone."""
        return self.since.astimezone(zone).date()


def histories(now: datetime, world: World | None = None) -> Iterator[History]:
    """One history per handle, each made when it is taken."""
    for number, handle in enumerate(HANDLES):
        last = now - (number + 1) * _STAGGER
        since = last - DAYS * _STEP
        instants = [since + day * _STEP for day in range(1, DAYS + 1)]
        scrapes = [_scrape(world or World(), handle, since, at, last) for at in instants]
        yield History(handle=handle, since=since, scrapes=scrapes)


def _scrape(world: World, handle: str, since: datetime, at: datetime, last: datetime) -> Scrape:
    """A daily look: young posts each time, older ones every other day, all of them in the last."""
    seen = []
    for post in world.posts_at(handle, at):
        if post.posted_at is None or post.posted_at < since:
            break
        is_turn = (throw(post.tiktok_video_id) + (last - at) // _STEP) % 2 == 0
        if is_turn or at == last or at - post.posted_at < _YOUNG:
            seen.append(msgspec.structs.replace(post, **world.veiled(post.tiktok_video_id, post, at)))
    return Scrape(handle=handle, fetched_at=at, profile=world.profile_at(handle, at), posts=seen)


def views_gained(scrapes: Iterable[Scrape], start: datetime, end: datetime) -> int:
    """Views gained in [start, end) by the posts of one creator's scrapes, oldest first.

    A first reading gains in full within 24 h of posting, else nothing; unknown readings are passed over.
    """
    gained, levels = 0, dict[str, int]()
    for scrape in scrapes:
        for post in scrape.posts:
            if post.views is None:
                continue
            is_fresh = post.posted_at is not None and scrape.fetched_at - post.posted_at <= _FRESH
            before = levels.get(post.tiktok_video_id, 0 if is_fresh else post.views)
            levels[post.tiktok_video_id] = post.views
            gained += post.views - before if start <= scrape.fetched_at < end else 0
    return gained


def posts_made(scrapes: Iterable[Scrape], start: datetime, end: datetime) -> int:
    """How many posts of one creator's scrapes were made in [start, end)."""
    posts = {post.tiktok_video_id: post.posted_at for scrape in scrapes for post in scrape.posts}
    return sum(1 for at in posts.values() if at is not None and start <= at < end)
