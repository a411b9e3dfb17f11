"""What becomes of totals when one thing happens to one campaign."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest

from trackagoat.campaigns.projections import totals
from trackagoat.events.catalogue.campaigns import (
    AddItem,
    CampaignItemAdded,
    CreateCampaign,
    DeleteCampaign,
    RemoveItem,
    UpdateCampaign,
)
from trackagoat.events.catalogue.ingest import (
    CreatorReactivated,
    CreatorRemoved,
    StatsSnapshotted,
    VideoAdded,
    VideoReading,
    VideoRemoved,
    VideoRestored,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import CampaignId, CreatorId, Event, ItemType, OrgId, ProjectId, VideoId
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.testing.play import heard, play, said

ANA, BEN = CreatorId(uuid4()), CreatorId(uuid4())
V1, V2, V3 = (VideoId(uuid4()) for _ in range(3))
TOP, LEFT, RIGHT, OTHER = (CampaignId(uuid4()) for _ in range(4))


@pytest.fixture
async def program(house: Any) -> Any:
    """TOP holds LEFT and RIGHT, which both hold @ana: v1 with 10 views and v2 with 5."""
    await house.create(TOP, LEFT, RIGHT)
    await house.add((TOP, "campaign", LEFT), (TOP, "campaign", RIGHT), (LEFT, "creator", ANA), (RIGHT, "creator", ANA))
    await house.hear(house.enlisted(ANA), house.discovered(V1, ANA), house.discovered(V2, ANA))
    await house.hear(house.snapshot({V1: 10, V2: 5}))
    return house


async def test_a_campaign_without_videos_has_zero_views(house: Any) -> None:
    await house.create(TOP)
    assert await house.views(TOP) == [0]


async def test_counters_that_are_all_unknown_are_null_and_a_sum_skips_unknown_ones(house: Any) -> None:
    await house.create(TOP)
    await house.add((TOP, "creator", ANA))
    await house.hear(house.enlisted(ANA), house.discovered(V1, ANA), house.discovered(V2, ANA))
    assert await house.views(TOP) == [None]
    await house.hear(house.snapshot({V1: 7, V2: None}))
    assert await house.views(TOP) == [7]
    assert (await house.row(TOP))["likes"] is None


async def test_an_unknown_reading_leaves_the_last_known_value_standing(program: Any) -> None:
    await program.hear(program.snapshot({V1: None}, program.now + timedelta(hours=1)))
    assert await program.views(TOP) == [15]


async def test_a_late_snapshot_does_not_move_the_present_level(program: Any) -> None:
    await program.hear(program.snapshot({V1: 1000}, program.now - timedelta(hours=1)))
    assert await program.views(TOP) == [15]


async def test_a_correction_downward_is_followed(program: Any) -> None:
    await program.hear(program.snapshot({V1: 8}, program.now + timedelta(hours=1)))
    assert await program.views(TOP, LEFT) == [13, 13]


async def test_the_last_reading_of_a_page_decides_whatever_its_place(program: Any) -> None:
    late, early = (program.snapshot({V1: n}, program.now + timedelta(hours=h)) for n, h in ((30, 3), (20, 2)))
    await program.hear(late, early, late)
    assert await program.views(TOP) == [35]


async def test_a_removed_creator_leaves_with_its_videos_and_comes_back_with_them(program: Any) -> None:
    gone = CreatorRemoved(creator=ANA, project=program.project, tiktok_handle="h")
    await program.hear(gone)
    assert (await program.views(TOP, LEFT), await program.counts(TOP)) == ([0, 0], (0, 0, 2))
    back: Any = {"tracking_mode": "auto", "tracking_start_date": date(2026, 1, 1)}
    await program.hear(CreatorReactivated(creator=ANA, project=program.project, tiktok_handle="h", **back))
    assert (await program.views(TOP, LEFT), await program.counts(TOP)) == ([15, 15], (2, 1, 2))


async def test_a_direct_add_that_finds_its_author_counts_for_the_authors_campaigns(program: Any) -> None:
    added = VideoAdded(video=V3, project=program.project, tiktok_video_id="3", url="u")
    await program.hear(added, program.snapshot({V3: 100}))
    assert await program.views(TOP) == [15]
    await program.hear(VideoUpdated(video=V3, project=program.project, creator_id=ANA))
    assert await program.views(TOP) == [115]


async def test_everything_may_happen_to_a_video_within_one_page(program: Any) -> None:
    where: Any = {"video": V3, "project": program.project}
    await program.hear(
        program.snapshot({V3: 1}),
        program.discovered(V3, BEN, "pending_review"),
        VideoUpdated(**where, creator_id=ANA),
        VideoRemoved(**where),
        program.snapshot({V3: 2, V1: 11}, program.now + timedelta(hours=2)),
        VideoRestored(**where, creator_id=ANA, url="u"),
        program.snapshot({V3: 3}, program.now + timedelta(hours=1)),
    )
    assert (await program.views(TOP), await program.counts(TOP)) == ([11 + 5 + 2], (3, 1, 2))


async def test_a_removed_video_leaves_every_campaign_it_was_put_into_for_good(program: Any) -> None:
    await program.add((TOP, "video", V1), (LEFT, "video", V1))
    await program.hear(VideoRemoved(video=V1, project=program.project, creator_id=ANA))
    assert (await program.views(TOP), (await program.counts(TOP))[2]) == ([5], 2)
    assert (await said(program.pool))[-1].item == V1
    await program.hear(VideoRestored(video=V1, project=program.project, url="u"))
    assert await program.views(TOP) == [5]


async def test_a_video_heard_of_after_it_became_an_item_counts(house: Any) -> None:
    await house.create(TOP)
    await house.add((TOP, "video", V1), (TOP, "creator", ANA))
    assert await house.counts(TOP) == (0, 0, 2)
    await house.hear(house.enlisted(ANA), house.discovered(V1, ANA), house.snapshot({V1: 10}))
    assert (await house.views(TOP), await house.counts(TOP)) == ([10], (1, 1, 2))


async def test_deleting_a_campaign_takes_it_out_of_those_above_and_leaves_those_below(program: Any) -> None:
    await program.ask(DeleteCampaign(campaign=LEFT, project=program.project))
    assert (await program.row(LEFT)) is None
    assert (await program.views(TOP, RIGHT), await program.counts(TOP)) == ([15, 15], (2, 1, 1))
    await program.ask(DeleteCampaign(campaign=TOP, project=program.project))
    assert (await program.views(RIGHT), await program.counts(RIGHT)) == ([15], (2, 1, 1))
    left = await program.pool.fetch("SELECT ancestor, descendant FROM closure")
    assert list(map(tuple, left)) == [(RIGHT, RIGHT)]


async def test_links_on_one_path_may_come_and_go_at_once(house: Any) -> None:
    top, a, b, middle, c, d, end = chain = [CampaignId(uuid4()) for _ in range(7)]
    links = [(top, a), (top, b), (a, middle), (b, middle), (middle, c), (middle, d), (c, end), (d, end)]
    await house.create(*chain)
    await house.add(*((above, "campaign", below) for above, below in links), (end, "video", V1))
    await house.hear(house.discovered(V1, ANA), house.snapshot({V1: 3}))

    async def ways() -> Any:
        closure = await house.pool.fetchval(
            "SELECT paths FROM closure WHERE ancestor = $1 AND descendant = $2", top, end
        )
        return closure, await house.pool.fetchval("SELECT paths FROM membership WHERE campaign = $1", top)

    assert await ways() == (4, 4)
    where = {"project": house.project, "item_type": "campaign"}
    await house.ask(RemoveItem(campaign=top, item=a, **where), RemoveItem(campaign=middle, item=c, **where))
    assert (await ways(), await house.views(*chain)) == ((1, 1), [3] * 7)
    await house.add((top, "campaign", a), (middle, "campaign", c))
    assert await ways() == (4, 4)


async def test_the_last_change_is_the_latest_however_clocks_differ(house: Any) -> None:
    early, late = (house.now + timedelta(seconds=n) for n in (1, 2))
    await house.create(TOP)
    for at in (late, early):
        added = CampaignItemAdded(campaign=TOP, project=house.project, item_type="video", item=uuid4())
        await play(house.pool, house.service, [heard(added, org=house.org, at=at)])
    assert (await house.row(TOP))["updated_at"] == late


async def test_a_campaign_shows_what_was_last_said_of_it(program: Any) -> None:
    await program.ask(UpdateCampaign(campaign=TOP, project=program.project, name="New", metadata={"a": [1]}))
    row = await program.row(TOP)
    assert (row["name"], row["metadata"], row["views"]) == ("New", {"a": [1]}, 15)


@pytest.mark.parametrize("first", [True, False])
async def test_a_deleted_project_leaves_nothing_whenever_it_is_heard_of(house: Any, first: bool) -> None:
    deleted = ProjectDeleted(project=house.project)
    if first:
        await house.hear(deleted)
    await house.create(TOP, LEFT)
    await house.add((TOP, "campaign", LEFT), (LEFT, "creator", ANA), (TOP, "video", V1))
    await house.hear(house.enlisted(ANA), house.discovered(V1, ANA), house.snapshot({V1: 1, V2: 2}))
    if not first:
        await house.hear(deleted)
    for table in ("campaigns", "items", "closure", "membership", "campaign_creators", "creators", "videos"):
        assert await house.pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608


async def test_what_is_known_to_lie_in_another_project_is_refused(program: Any) -> None:
    elsewhere = ProjectId(uuid4())
    await program.ask(CreateCampaign(campaign=OTHER, project=elsewhere, name="c"))
    things: list[tuple[ItemType, UUID]] = [("creator", ANA), ("video", V1), ("campaign", TOP)]
    for item_type, item in things:
        [outcome] = await program.ask(AddItem(campaign=OTHER, project=elsewhere, item_type=item_type, item=item))
        assert outcome.refused.code == "project_mismatch"


async def test_what_lies_in_another_org_does_not_exist(program: Any) -> None:
    other, project = OrgId(uuid4()), ProjectId(uuid4())
    await program.ask(CreateCampaign(campaign=OTHER, project=project, name="c"), org=other)
    above = AddItem(campaign=OTHER, project=project, item_type="campaign", item=TOP)
    foreign = AddItem(campaign=OTHER, project=project, item_type="video", item=V1)
    campaign, video = await program.ask(above, foreign, org=other)
    assert campaign.refused.code == "not_found"
    assert video.refused is None
    assert await program.counts(OTHER) == (0, 0, 1)


async def test_paths_beyond_any_integer_are_counted(house: Any) -> None:
    layers = [(uuid4(), uuid4()) for _ in range(70)]
    await house.create(*(one for layer in layers for one in layer))
    await house.add(*((a, "campaign", b) for above, below in pairwise(layers) for a in above for b in below))
    await house.add((layers[-1][0], "creator", ANA))
    await house.hear(house.enlisted(ANA), house.discovered(V1, ANA), house.snapshot({V1: 3}))
    assert await house.views(layers[0][0]) == [3]
    paths = await house.pool.fetchval("SELECT paths FROM membership WHERE campaign = $1", layers[0][0])
    assert paths == Decimal(2**68)


async def test_own_and_heard_facts_at_the_same_moment_lose_nothing(program: Any) -> None:
    videos = [uuid4() for _ in range(40)]
    heard_of = [program.hear(program.discovered(v, BEN), program.snapshot({v: 1})) for v in videos]
    placed = [program.add((LEFT, "video", v)) for v in videos]
    await asyncio.gather(*heard_of, *placed, program.add((RIGHT, "creator", BEN)), program.hear(program.enlisted(BEN)))
    assert (await program.views(TOP, LEFT, RIGHT), await program.counts(TOP)) == ([55, 55, 55], (42, 2, 2))


async def test_the_gateway_may_read_what_is_shown(program: Any, schema: Callable[[str], Awaitable[Any]]) -> None:
    gateway = await schema("gateway")
    for table in ("campaigns", "items", "closure", "membership", "campaign_creators", "videos", "counted_videos"):
        assert await gateway.fetchval(f"SELECT count(*) FROM campaigns.{table}") > 0  # noqa: S608


def sets_of(*events: Event) -> list[str]:
    """The statements a page comes to, each with all its rows at once."""
    org = OrgId(uuid4())
    writes = totals([heard(event, org=org, at=event.fetched_at) for event in events])  # type: ignore[attr-defined]
    runs = [(statement.name, list(run)) for statement, run in groupby(writes, key=lambda w: w.statement)]
    assert all(len({w.key for w in run}) == len(run) for _, run in runs)
    return [name for name, _ in runs]


def test_a_page_of_snapshots_is_six_statements_however_many_there_are(house: Any) -> None:
    videos = [VideoReading(video=VideoId(uuid4()), views=n) for n in range(15)]
    page = [
        StatsSnapshotted(project=house.project, source="s", fetched_at=house.now + timedelta(n), videos=videos)
        for n in range(500)
    ]
    assert sets_of(*page) == ["recede", "set_quarter", "set_first_reading", "set_levels", "advance", "wake_targets"]
