"""The example that explains recursive totals, step by step through commands and heard facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from trackagoat.events.catalogue.ingest import VideoAdded, VideoReviewed
from trackagoat.events.catalogue.words import VideoId

ANA = uuid4()
V1, V2, V3, V4, V9 = (VideoId(uuid4()) for _ in range(5))
Z, X, Y, P = (uuid4() for _ in range(4))
VIEWS = {V1: 1000, V2: 400, V3: 9000, V4: 50, V9: 250}


@pytest.fixture
async def program(house: Any) -> Any:
    """P holds X and Y; X holds Z and v1; Y holds Z and v9; Z holds @ana and v9."""
    await house.hear(
        house.enlisted(ANA),
        house.discovered(V1, ANA),
        house.discovered(V2, ANA, "pending_review"),
        included(house, V2),
        house.discovered(V3, ANA, "excluded"),
        house.discovered(V4, ANA, "pending_review"),
        VideoAdded(video=V9, project=house.project, tiktok_video_id="9", url="u"),
        house.snapshot(VIEWS),
    )
    await house.create(P, X, Y, Z)
    await house.add((P, "campaign", X), (P, "campaign", Y), (X, "campaign", Z), (Y, "campaign", Z))
    await house.add((X, "video", V1), (Y, "video", V9), (Z, "creator", ANA), (Z, "video", V9))
    return house


def included(house: Any, video: VideoId) -> VideoReviewed:
    return VideoReviewed(video=video, project=house.project, creator_id=None, from_="pending_review", to="included")


async def test_a_video_counts_once_however_it_is_reached(program: Any) -> None:
    assert await program.views(Z, X, Y, P) == [1650, 1650, 1650, 1650]
    assert await program.counts(P) == (3, 1, 2)
    paths = await program.pool.fetch("SELECT video, paths FROM membership WHERE campaign = $1", P)
    assert dict(map(tuple, paths)) == {V1: 3, V2: 2, V9: 3}
    assert await program.pool.fetchval("SELECT paths FROM closure WHERE ancestor = $1 AND descendant = $2", P, Z) == 2


async def test_an_included_video_counts_everywhere_above(program: Any) -> None:
    await program.hear(included(program, V4))
    assert await program.views(Z, X, Y, P) == [1700, 1700, 1700, 1700]
    assert await program.counts(P) == (4, 1, 2)


async def test_a_campaign_taken_out_of_one_is_still_reached_through_the_other(program: Any) -> None:
    await program.hear(included(program, V4))
    await program.take(X, "campaign", Z)
    assert await program.views(Z, X, Y, P) == [1700, 1000, 1700, 1700]
    assert await program.counts(X) == (1, 1, 1)


async def test_a_circle_is_refused_with_the_chain_and_changes_nothing(program: Any) -> None:
    await program.take(X, "campaign", Z)
    [outcome] = await program.add((Z, "campaign", P))
    assert outcome.refused.code == "circular_reference"
    assert outcome.refused.details == {"path": [str(Z), str(P), str(Y), str(Z)]}
    assert await program.views(Z, X, Y, P) == [1650, 1000, 1650, 1650]


async def test_new_snapshots_move_the_totals_by_their_difference(program: Any) -> None:
    await program.hear(included(program, V4))
    gains = {V1: 100, V2: 10, V9: 5, V4: 20, V3: 1000}
    later = {video: VIEWS[video] + gain for video, gain in gains.items()}
    await program.hear(program.snapshot(later, program.now + timedelta(days=1)))
    assert await program.views(P) == [1700 + 135]
