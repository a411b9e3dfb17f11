"""The history a demonstration starts with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from trackagoat.events.catalogue.ingest import Post
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources.demo import DAYS, HANDLES, histories, posts_made, views_gained
from trackagoat.ingest.sources.protocol import Ok, Scrape
from trackagoat.ingest.sources.simulator import Simulator

NOW = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
POST = str(int(NOW.timestamp()) << 32)


def seen(at: datetime, views: int | None, *, posted_at: datetime = NOW) -> Scrape:
    url = tiktok.canonical_url("goat", POST)
    post = Post(tiktok_video_id=POST, url=url, posted_at=posted_at, views=views)
    return Scrape(handle="goat", fetched_at=at, profile=None, posts=[post])


def test_there_are_two_dozen_creators_with_sixty_days_each_and_not_too_many_scrapes() -> None:
    made = list(histories(NOW))
    assert [history.handle for history in made] == list(HANDLES)
    assert len(set(HANDLES)) == 24
    assert all(len(history.scrapes) == DAYS for history in made)
    assert sum(len(history.scrapes) for history in made) <= 1_500
    assert sum(len(scrape.posts) for history in made for scrape in history.scrapes) <= 40_000


def test_every_reading_is_sound_and_of_a_post_made_while_tracked(is_sound: Callable[[object, datetime], bool]) -> None:
    for history in histories(NOW):
        for scrape in history.scrapes[::20]:
            assert is_sound(scrape.profile, scrape.fetched_at)
            assert history.since < scrape.fetched_at <= NOW
            for post in scrape.posts:
                assert is_sound(post, scrape.fetched_at)
                assert post.posted_at is not None
                assert post.posted_at >= history.since


def test_every_creator_has_posts_and_the_last_readings_lie_apart() -> None:
    made = list(histories(NOW))
    assert all(posts_made(history.scrapes, history.since, NOW) > 0 for history in made)
    assert len({history.scrapes[-1].fetched_at for history in made}) == len(made)
    assert all(NOW - 2 * timedelta(hours=1) < history.scrapes[-1].fetched_at < NOW for history in made)


def test_the_same_instant_makes_the_same_history() -> None:
    assert next(histories(NOW)) == next(histories(NOW))


async def test_live_scrapes_go_on_where_the_history_ends() -> None:
    for history in list(histories(NOW))[:6]:
        last = history.scrapes[-1]
        live = await Simulator(clock=lambda at=last.fetched_at: at).posts(history.handle, limit=50)  # type: ignore[misc]
        assert isinstance(live, Ok)
        shown = {post.tiktok_video_id: post for post in live.value.posts}
        assert all(shown[post.tiktok_video_id] == post for post in last.posts if post.tiktok_video_id in shown)
        assert any(post.tiktok_video_id in shown for post in last.posts)


def test_a_first_reading_within_a_day_gains_in_full_and_a_later_one_nothing() -> None:
    assert views_gained([seen(NOW + DAY / 2, 500)], NOW, NOW + DAY) == 500
    assert views_gained([seen(NOW + 2 * DAY, 9_000), seen(NOW + 3 * DAY, 9_300)], NOW, NOW + 9 * DAY) == 300


def test_gains_are_credited_to_the_later_reading_and_pass_over_unknown_ones() -> None:
    scrapes = [seen(NOW + DAY / 2, 500), seen(NOW + DAY, None), seen(NOW + 2 * DAY, 1_700), seen(NOW + 3 * DAY, 1_650)]
    spans = [(NOW, NOW + DAY), (NOW + DAY, NOW + 3 * DAY), (NOW + 3 * DAY, NOW + 4 * DAY)]
    assert [views_gained(scrapes, *span) for span in spans] == [500, 1_200, -50]
    assert posts_made(scrapes, NOW, NOW + DAY) == 1
