"""The simulated TikTok: one truth for every instant, and the ways it misbehaves."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from trackagoat.events.catalogue.words import Counters
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources.protocol import Failed, Ok, RateLimited
from trackagoat.ingest.sources.simulator import Faults, Simulator, World
from trackagoat.ingest.sources.simulator.fate import CORRECTED, DELETED, VIRAL, final_views, make_id

NOW = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORLD = World()


def born(*, marks: int = 0, size: int = 200, at: datetime = NOW) -> str:
    return make_id(int(at.timestamp()), size, marks, 77)


def views(post: str, age: timedelta) -> int:
    true = WORLD.counters_at(post, NOW + age)
    assert true is not None
    assert true.views is not None
    return true.views


def test_another_seed_is_another_world() -> None:
    others = World(seed="other")
    assert list(WORLD.posts_at("jane", NOW)) != list(others.posts_at("jane", NOW))


def test_spelling_a_handle_in_capitals_finds_the_same_account() -> None:
    ids = [[p.tiktok_video_id for p in WORLD.posts_at(h, NOW)] for h in ("jane.doe", "Jane.Doe")]
    assert ids[0] == ids[1]


def test_ids_look_like_those_of_tiktok() -> None:
    posts = list(WORLD.posts_at("jane", NOW))
    assert len(posts) > 30
    assert all(len(post.tiktok_video_id) == 19 for post in posts)


def test_views_rise_fast_and_then_saturate() -> None:
    post = born()
    days = [views(post, n * DAY) for n in range(61)]
    assert days == sorted(days)
    assert days[0] == 0
    assert days[3] > 0.5 * days[60]
    assert days[60] - days[59] < 0.01 * days[60]
    assert days[60] <= final_views(200)


def test_a_viral_post_has_a_second_wave() -> None:
    assert views(born(marks=VIRAL), 60 * DAY) > 1.5 * final_views(200)


def test_a_correction_takes_counts_away_once() -> None:
    post = born(marks=CORRECTED)
    hours = [views(post, n * HOUR) for n in range(24 * 30)]
    assert [later < earlier for earlier, later in pairwise(hours)].count(True) == 1


def test_a_deleted_post_is_gone_from_the_list_and_by_its_url() -> None:
    post = born(marks=DELETED)
    assert WORLD.counters_at(post, NOW + HOUR) is not None
    assert WORLD.counters_at(post, NOW + 31 * DAY) is None
    before, after = ({p.tiktok_video_id for p in WORLD.posts_at("tidy_tim", at)} for at in (NOW, NOW + 40 * DAY))
    assert before - after


def test_history_read_now_is_what_was_read_then() -> None:
    then = {p.tiktok_video_id: p for p in WORLD.posts_at("jane", NOW - 10 * DAY)}
    for post in WORLD.posts_at("jane", NOW, before=NOW - 10 * DAY):
        known, seen = WORLD.counters_at(post.tiktok_video_id, NOW - 10 * DAY), then[post.tiktok_video_id]
        names = Counters.__struct_fields__
        assert [getattr(known, name) for name in names] == [getattr(seen, name) for name in names]


def test_the_video_count_is_the_length_of_the_list() -> None:
    for handle in ("jane", "bursty_bob", "tidy_tim"):
        assert WORLD.profile_at(handle, NOW).video_count == len(list(WORLD.posts_at(handle, NOW)))


def test_a_carousel_account_posts_photos_that_last_no_seconds() -> None:
    posts = list(WORLD.posts_at("carousel_cleo", NOW))
    assert {(p.content_type, p.duration_seconds) for p in posts} == {("photo", None)}
    assert all("/photo/" in p.url for p in posts)


def test_a_burst_is_several_posts_within_half_a_day() -> None:
    newest = [p.posted_at for p in list(WORLD.posts_at("bursty_bob", NOW))[:30] if p.posted_at]
    close = sum(later - earlier < 5 * HOUR for later, earlier in pairwise(newest))
    assert close > 15


def test_pinned_posts_stand_above_newer_ones() -> None:
    pinned = WORLD.pinned_at("pinned_pia", NOW)
    assert len(pinned) == 3
    assert WORLD.pinned_at("steady_sam", NOW) == []


def test_some_counters_are_unknown_now_and_then() -> None:
    true, world = Counters(views=1, likes=1, comments=1, shares=1, saves=1), World(unknown=100)
    hidden = Counter(list(world.veiled(born(), true, NOW + n * HOUR).values()).count(None) for n in range(2_000))
    assert set(hidden) == {0, 1}
    assert 120 < hidden[1] < 280


async def test_an_account_is_not_there_before_it_joined() -> None:
    early = WORLD.joined("jane") - HOUR
    assert (await Simulator(clock=lambda: early).profile("jane")).outcome == "not_found"


async def test_faults_come_at_the_configured_rates_and_pass_with_time() -> None:
    outcomes: Counter[str] = Counter()
    for minute in range(1_000):
        at = NOW + minute * timedelta(minutes=1)
        source = Simulator(clock=lambda at=at: at, faults=Faults(rate_limited=100, error=50))  # type: ignore[misc]
        answer = await source.video(tiktok.canonical_url("jane", born(at=NOW - DAY)))
        assert isinstance(answer, (Ok, RateLimited, Failed))
        outcomes[answer.outcome] += 1
    assert outcomes["rate_limited"] == pytest.approx(100, abs=40)
    assert outcomes["error"] == pytest.approx(50, abs=30)


async def test_a_foreign_cursor_is_answered_not_raised() -> None:
    answer = await Simulator(clock=lambda: NOW).posts("jane", cursor="٣ or 1=1")
    assert answer.outcome == "error"
