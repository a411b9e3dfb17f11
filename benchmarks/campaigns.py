"""Reading a campaign's totals at the API, 100,000 videos beneath it, beside a recursive query over the same rows; and
how long it takes until a creator of 10,000 videos that is put into a deep campaign counts at the top.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from benchmarks.figures import Figure, Stopwatch, percentiles, significant
from benchmarks.house import House, Pool, house, statistics
from benchmarks.plan import Plan, tell
from benchmarks.scrapes import BATCH, POSTS, START, Program
from benchmarks.tenants import Desk, desk, key_of
from benchmarks.wire import load
from trackagoat.events import clock
from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign
from trackagoat.events.catalogue.ingest import CreatorAdded, StatsSnapshotted, VideoDiscovered, VideoReading
from trackagoat.events.catalogue.words import CampaignId, Command, CreatorId, Event, ItemType, VideoId, video_id
from trackagoat.events.envelope import SYSTEM, Heard
from trackagoat.gateway.reads.campaigns import campaign

TREE = (1, 4, 16, 80, 400, 1499)
"""Campaigns on each of the six levels, 2,000 in all; at a tenth of the size in quick runs."""
LEVELS = len(TREE)
DAYS_READ = 5
"""Readings of each video of the creator that moves."""
PAGE = 1000
_ROW = "SELECT views, video_count FROM campaigns WHERE org = $1 AND campaign = $2"
_RECURSIVE = """
WITH RECURSIVE below AS (
    SELECT $2::uuid AS campaign
    UNION SELECT i.item FROM below b JOIN items i ON i.campaign = b.campaign AND i.item_type = 'campaign'
), counted AS (
    SELECT v.* FROM below b JOIN items i ON i.campaign = b.campaign AND i.item_type = 'creator'
        JOIN counted_videos v ON v.creator_id = i.item
    UNION SELECT v.* FROM below b JOIN items i ON i.campaign = b.campaign AND i.item_type = 'video'
        JOIN counted_videos v ON v.video = i.item
)
SELECT sum(views)::bigint AS views, count(*) AS video_count, sum(likes), sum(comments), sum(shares), sum(saves),
    count(DISTINCT creator_id)
FROM counted WHERE org = $1
"""


async def measure(plan: Plan) -> list[Figure]:
    """A tree of six levels; creators in its leaves, some of them in two."""
    videos = plan.videos or plan.size(10_000, 100_000)
    program = Program(max(1, videos // (BATCH * POSTS)))
    async with house(plan.folder) as built:
        async with desk(built, "campaigns") as campaigns:
            top, leaf = await planted(campaigns, program, [max(1, n // plan.size(10, 1)) for n in TREE])
            await _heard(campaigns, program)
            await statistics(campaigns.pool)
            count = await _agreed(campaigns.pool, program, top)
            row = await _timed(campaigns.pool, plan.size(300, 2000), lambda db: campaign(db, program.org, top))
            slow = await _timed(campaigns.pool, plan.size(5, 20), lambda db: db.fetchrow(_RECURSIVE, program.org, top))
            moved = await _moved(campaigns, program, top, leaf, plan.size(1000, 10_000))
        api = await _at_the_api(built, program, top, plan.size(500, 5000))
    note = f"{count:,} videos in {LEVELS} levels of campaigns, some reached twice"
    return [*_figures(percentiles(api), percentiles(row), percentiles(slow), note), moved]


def _figures(api: dict[str, float], row: dict[str, float], slow: dict[str, float], note: str) -> list[Figure]:
    at_api = Figure(
        bench="campaigns",
        what="GET /campaigns/{id} at the API, one call at a time",
        unit="ms (p99)",
        value=api["p99"],
        goal=5,
        at_most=True,
        percentiles=api,
        peer="recursive CTE, in the database alone (p50 : p50)",
        peer_value=slow["p50"],
        ratio=significant(slow["p50"] / api["p50"], 3),
        note=note,
    )
    in_database = Figure(
        bench="campaigns",
        what="the read of that row alone",
        unit="ms (p50)",
        value=row["p50"],
        percentiles=row,
        peer="recursive CTE (p50 : p50)",
        peer_value=slow["p50"],
        ratio=significant(slow["p50"] / row["p50"], 3),
        ratio_goal=300,
        note=note,
    )
    return [at_api, in_database]


async def planted(campaigns: Desk, program: Program, sizes: Sequence[int]) -> tuple[CampaignId, CampaignId]:
    """The tree and its creators; the campaign at its top, and one of the deepest."""
    levels = [[CampaignId(clock.new_id()) for _ in range(size)] for size in sizes]
    places: list[tuple[CampaignId, ItemType, Any]] = []
    for above, below in pairwise(levels):
        places += [(above[n * len(above) // len(below)], "campaign", one) for n, one in enumerate(below)]
        places += [(above[-1], "campaign", below[0])]
    leaves = levels[-1]
    places += [(leaves[n % len(leaves)], "creator", creator) for n, creator in enumerate(program.creators)]
    places += [(leaves[-n % len(leaves)], "creator", creator) for n, creator in enumerate(program.creators[1::10])]
    opened = [CreateCampaign(campaign=c, project=program.project, name="c") for level in levels for c in level]
    await campaigns.ask(program.org, opened)
    seen: dict[tuple[CampaignId, Any], Command] = {}
    for c, kind, item in places:
        seen[c, item] = AddItem(campaign=c, project=program.project, item_type=kind, item=item)
    for page in pages(list(seen.values())):
        await campaigns.ask(program.org, page)
    return levels[0][0], leaves[0]


async def _moved(campaigns: Desk, program: Program, top: CampaignId, leaf: CampaignId, videos: int) -> Figure:
    """Put a creator with all its videos and what they gained into a deep campaign, until the answer shows the top."""
    creator, posts = CreatorId(clock.new_id()), [VideoId(clock.new_id()) for _ in range(videos)]
    facts: list[Event] = [
        VideoDiscovered(
            video=video,
            project=program.project,
            creator_id=creator,
            tiktok_video_id=str(n),
            url="https://www.tiktok.com/@goat/video/1",
            tracking_status="auto_tracked",
        )
        for n, video in enumerate(posts)
    ]
    for day in range(DAYS_READ):
        for some in pages(posts):
            readings = [VideoReading(video=video, views=10 * day, likes=day) for video in some]
            at = START + timedelta(days=day)
            facts.append(StatsSnapshotted(project=program.project, source="s", fetched_at=at, videos=readings))
    await given(campaigns, program, facts)
    before = await campaigns.pool.fetchrow(_ROW, program.org, top)
    watch = Stopwatch()
    await campaigns.ask(
        program.org, [AddItem(campaign=leaf, project=program.project, item_type="creator", item=creator)]
    )
    after = await campaigns.pool.fetchrow(_ROW, program.org, top)
    seconds = watch.seconds
    assert before is not None
    assert after is not None
    assert after["video_count"] - before["video_count"] == videos
    assert after["views"] - before["views"] == videos * 10 * (DAYS_READ - 1)
    return Figure(
        bench="campaigns",
        what=f"a creator of {videos:,} videos put into a campaign {LEVELS} levels deep shows at the top",
        unit="s",
        value=seconds,
        goal=2,
        at_most=True,
        note=f"{DAYS_READ} daily readings of each video move along",
    )


async def _heard(campaigns: Desk, program: Program) -> None:
    """Everything ingest would have said, through the projection itself."""
    tell(f"campaigns: {len(program.creators) * POSTS:,} videos become known")
    await given(campaigns, program, list(said(program)))


async def given(campaigns: Desk, program: Program, events: Sequence[Event]) -> None:
    (totals,) = campaigns.service.projections
    for page in pages([fact(program, event) for event in events]):
        await campaigns.writer.transact(lambda tx, page=page: campaigns.writer.give(tx, totals, page))  # type: ignore[misc]


def said(program: Program) -> Iterator[Event]:
    """Creators, their posts, and one reading of each."""
    for creator in program.creators:
        yield CreatorAdded(
            creator=creator, project=program.project, tiktok_handle="goat", tracking_start_date=START.date()
        )
        yield from discovered(program, creator)
        yield snapshot(program, creator, 0)


def discovered(program: Program, creator: CreatorId) -> Iterator[VideoDiscovered]:
    """A creator's posts."""
    for post in program.scrape(creator, 0).posts:
        yield VideoDiscovered(
            video=video_id(program.project, post.tiktok_video_id),
            project=program.project,
            creator_id=creator,
            tiktok_video_id=post.tiktok_video_id,
            url=post.url,
            tracking_status="auto_tracked",
            posted_at=post.posted_at,
            title=post.title,
            author_handle=post.author_handle,
        )


def snapshot(program: Program, creator: CreatorId, number: int) -> StatsSnapshotted:
    """One scrape of a creator as ingest tells it."""
    scrape = program.scrape(creator, number)
    readings = [
        VideoReading(
            video=video_id(program.project, p.tiktok_video_id),
            views=p.views,
            likes=p.likes,
            comments=p.comments,
            shares=p.shares,
            saves=p.saves,
        )
        for p in scrape.posts
    ]
    return StatsSnapshotted(
        project=program.project,
        creator_id=creator,
        source=scrape.source,
        fetched_at=scrape.fetched_at,
        creator=scrape.profile,
        videos=readings,
    )


def fact(program: Program, event: Event) -> Heard[Event]:
    """The event as a projection gets it."""
    return Heard(
        service=event.speaker,
        seq=0,
        id=clock.new_id(),
        org=program.org,
        stream="s",
        version=None,
        at=START,
        actor=SYSTEM,
        cause=None,
        request_id=None,
        event=event,
    )


def pages(whole: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """A page at a time."""
    for first in range(0, len(whole), PAGE):
        yield whole[first : first + PAGE]


async def _agreed(pool: Pool, program: Program, top: CampaignId) -> int:
    """Both ways of reading must say the same before their speed means anything; how many videos."""
    kept, added = [await pool.fetchrow(query, program.org, top) for query in (_ROW, _RECURSIVE)]
    assert kept is not None
    assert added is not None
    assert (kept["views"], kept["video_count"]) == (added["views"], added["video_count"])
    return int(kept["video_count"])


async def _timed(pool: Pool, times: int, look: Any) -> list[float]:
    """Seconds each look took on one connection."""
    took = []
    async with pool.acquire() as connection:
        await look(connection)
        for _ in range(times):
            watch = Stopwatch()
            await look(connection)
            took.append(watch.seconds)
    return took


async def _at_the_api(built: House, program: Program, top: CampaignId, calls: int) -> list[float]:
    took: list[float] = []
    key = await key_of(built, program.org)
    async with built.running("gateway") as places:
        url = f"{places['gateway']}/api/v1/campaigns/{top}"
        await load(url, key, calls // 10, 1, [])
        await load(url, key, calls, 1, took)
    return took
