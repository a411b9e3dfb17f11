"""Facts per second the campaigns projection applies from ingest's feed; beside pyeventsourcing's projection."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, cast

from benchmarks.campaigns import discovered, fact, pages, snapshot
from benchmarks.figures import Figure, Stopwatch, in_turns, middle, ratio
from benchmarks.house import House, Pool, house, statistics
from benchmarks.neighbours import measured
from benchmarks.plan import Plan
from benchmarks.scrapes import POSTS, START, Program
from benchmarks.tenants import Desk, desk
from trackagoat.events import clock
from trackagoat.events.bus import Bus
from trackagoat.events.catalogue.campaigns import CampaignCreated, CampaignItemAdded
from trackagoat.events.catalogue.ingest import CreatorAdded
from trackagoat.events.catalogue.words import CampaignId, Event
from trackagoat.events.codec import encode
from trackagoat.events.envelope import SYSTEM
from trackagoat.events.projector import Follower

SCRAPES = 20
"""Scrapes of each creator in the feed, after it and its fifteen posts came in."""
PEER_SHARE = 8
"""The peer is given that much less, for its rate does not depend on how much there is."""
_NOTHING = """
TRUNCATE creators, videos, membership, campaign_creators, campaigns, items, closure, checkpoints, video_quarters,
    first_readings, campaign_quarters, campaign_days
"""
_COLUMNS = ("pos", "id", "org", "stream", "tag", "at", "actor", "data")


async def measure(plan: Plan) -> list[Figure]:
    """A feed as long as a rebuild would read, page by page, with its rows and checkpoints committed."""
    program = Program(plan.size(2, 10))
    facts = len(program.creators) * (1 + POSTS + SCRAPES)
    async with house(plan.folder) as built, built.pool("ingest") as ingest, desk(built, "campaigns") as campaigns:
        await fill(ingest, program)
        await statistics(ingest)

        async def peer() -> float:
            return await _peer(plan, built, program)

        ours, theirs = await in_turns(
            plan.runs, lambda: _replayed(campaigns, program, facts), peer if plan.peers else None
        )
    readings = SCRAPES * POSTS / (1 + POSTS + SCRAPES)
    figure = Figure(
        bench="replay",
        what="facts applied by campaigns from a feed",
        unit="facts/s",
        value=middle(ours),
        goal=50_000,
        peer="pyeventsourcing's projection on PostgreSQL",
        peer_value=middle(theirs) if theirs else None,
        ratio=ratio(ours, theirs),
        ratio_goal=5,
        runs=ours,
        peer_runs=theirs,
        note=plan.without_peer(f"{facts:,} facts; a fact carries {readings:.1f} readings of a video on average"),
    )
    return [figure]


async def _replayed(campaigns: Desk, program: Program, facts: int) -> float:
    """Facts per second from an empty read model to a full one."""
    await campaigns.pool.execute(_NOTHING)
    (totals,) = campaigns.service.projections
    tree = [fact(program, event) for event in _tree(program)]
    await campaigns.writer.transact(lambda tx: campaigns.writer.give(tx, totals, tree))
    follower = Follower(campaigns.writer, campaigns.pool, cast("Bus", None), totals, "ingest")
    watch = Stopwatch()
    await follower.catch_up()
    return facts / watch.seconds


def _tree(program: Program) -> Iterator[Event]:
    """Three levels of campaigns, a batch of creators in each leaf."""
    top, middle_one = CampaignId(clock.new_id()), CampaignId(clock.new_id())
    leaves = [(CampaignId(clock.new_id()), batch) for batch in program.batches()]
    for one in (top, middle_one, *(leaf for leaf, _ in leaves)):
        yield CampaignCreated(campaign=one, project=program.project, name="c")
    links = [(top, middle_one), *((middle_one, leaf) for leaf, _ in leaves)]
    for above, below in links:
        yield CampaignItemAdded(campaign=above, project=program.project, item_type="campaign", item=below)
    for leaf, batch in leaves:
        for creator in batch:
            yield CampaignItemAdded(campaign=leaf, project=program.project, item_type="creator", item=creator)


async def fill(pool: Pool, program: Program) -> None:
    """Ingest's ledger and feed as its own writer leaves them."""
    pos = iter(range(1, 10**9))
    for page in pages(list(_told(program))):
        rows = [(next(pos), *_row(program, event)) for event in page]
        await pool.copy_records_to_table("events", records=rows, columns=_COLUMNS)
        await pool.copy_records_to_table("feed", records=[(row[0], row[0]) for row in rows], columns=("seq", "pos"))
    await pool.execute("UPDATE feed_head SET seq = (SELECT max(seq) FROM feed)")


def _told(program: Program) -> Iterator[Event]:
    """Creators and their posts first, then scrape after scrape of all of them."""
    for c in program.creators:
        yield CreatorAdded(creator=c, project=program.project, tiktok_handle="goat", tracking_start_date=START.date())
        yield from discovered(program, c)
    yield from chain.from_iterable((snapshot(program, c, n) for c in program.creators) for n in range(SCRAPES))


def _row(program: Program, event: Event) -> tuple[Any, ...]:
    data = encode(event).decode()
    return (clock.new_id(), program.org, "stream", event.tag(), START, encode(SYSTEM).decode(), data)


async def _peer(plan: Plan, built: House, program: Program) -> float:
    database = f"peer_{clock.new_id().hex}"
    await built.create(database)
    found = await measured(
        plan.peers or "",
        "projecting",
        port=built.postgres.port,
        password=built.postgres.password,
        database=database,
        creators=len(program.creators) // PEER_SHARE,
        scrapes=SCRAPES,
    )
    return float(found["rate"])
