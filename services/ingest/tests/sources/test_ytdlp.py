"""The real extractor of yt-dlp, shown pages instead of the network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from trackagoat.ingest.domain.tiktok import canonical_url
from trackagoat.ingest.settings import Settings
from trackagoat.ingest.sources.protocol import Blocked, Failed, Ok, PostPage, Reply, SchemaChanged
from trackagoat.ingest.sources.simulator import Simulator
from trackagoat.ingest.sources.ytdlp import YtDlp
from trackagoat.ingest.sources.ytdlp.visiting import MOST_REQUESTS
from trackagoat.ingest.testing.pages import Pages

NOW = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)
WHO = "daily_hay"
SIMULATOR = Simulator(clock=lambda: NOW)


@pytest.fixture
def pages() -> Pages:
    return Pages(SIMULATOR, lambda: NOW)


def page(reply: Reply[PostPage]) -> PostPage:
    assert isinstance(reply, Ok), reply
    return reply.value


async def test_all_five_counters_of_a_post_are_read(pages: Pages) -> None:
    told = {post.tiktok_video_id: post for post in page(await YtDlp(pages).posts(WHO, limit=30)).posts}
    true = page(await SIMULATOR.posts(WHO, limit=30)).posts
    complete = 0
    for post in true:
        found = told[post.tiktok_video_id]
        counters = (post.views, post.likes, post.comments, post.shares, post.saves)
        assert (found.views, found.likes, found.comments, found.shares, found.saves) == counters
        complete += None not in counters
    assert complete >= 15


async def test_what_else_a_post_is_comes_with_it(pages: Pages) -> None:
    handle = "carousel_cleo"
    told, true = page(await YtDlp(pages).posts(handle)).posts, page(await SIMULATOR.posts(handle)).posts
    assert [(p.url, p.posted_at, p.content_type) for p in told] == [(p.url, p.posted_at, p.content_type) for p in true]
    assert {p.content_type for p in told} == {"photo"}


async def test_profile_counters_come_with_the_page_the_list_begins_on(pages: Pages) -> None:
    profile = await SIMULATOR.profile(WHO)
    assert isinstance(profile, Ok)
    listed = page(await YtDlp(pages).posts(WHO, limit=5)).profile
    assert listed is not None
    names = ("followers", "following", "total_likes", "video_count", "display_name", "bio")
    assert [getattr(listed, n) for n in names] == [getattr(profile.value, n) for n in names]
    assert len([url for url in pages.asked if "/api/" not in url]) == 1


async def test_a_list_is_read_on_without_being_begun_anew(pages: Pages) -> None:
    source = YtDlp(pages)
    first = page(await source.posts(WHO, limit=15))
    asked = len(pages.asked)
    page(await source.posts(WHO, cursor=first.next, limit=15))
    assert len(pages.asked) == asked + 1


async def test_another_replica_reads_on_below_the_cursor(pages: Pages) -> None:
    for handle in (WHO, "pinned_pia"):
        first = page(await YtDlp(pages).posts(handle, limit=10))
        second = page(await YtDlp(pages).posts(handle, cursor=first.next, limit=10))
        true = page(await SIMULATOR.posts(handle, limit=20)).posts
        assert [p.tiktok_video_id for p in (*first.posts, *second.posts)] == [p.tiktok_video_id for p in true]


async def test_what_was_read_before_the_source_failed_is_kept(pages: Pages) -> None:
    def failing(url: str) -> tuple[int, bytes]:
        return (503, b"") if len([u for u in pages.asked if "/api/" in u]) >= 1 and "/api/" in url else pages(url)

    source = YtDlp(failing)
    first = page(await source.posts(WHO, limit=30))
    assert len(first.posts) == 15
    assert first.next == first.posts[-1].tiktok_video_id
    assert isinstance(await source.posts(WHO, cursor=first.next), Failed)


def instead(pages: Pages, part: str, status: int, body: bytes) -> Callable[[str], tuple[int, bytes]]:
    return lambda url: (status, body) if part in url else pages(url)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"", "blocked"),
        (403, b"", "blocked"),
        (429, b"", "rate_limited"),
        (502, b"", "error"),
        (200, b'{"statusCode": 0, "posts": []}', "schema_changed"),
        (200, b"<html>", "schema_changed"),
        (200, b'{"itemList": [{"id": "12", "stats": {}}]}', "schema_changed"),
    ],
)
async def test_what_a_list_may_say_instead(pages: Pages, status: int, body: bytes, outcome: str) -> None:
    answer = await YtDlp(instead(pages, "/api/", status, body)).posts(WHO)
    assert answer.outcome == outcome
    if isinstance(answer, SchemaChanged):
        assert answer.raw == body


async def test_a_page_that_wants_a_captcha_is_blocked(pages: Pages) -> None:
    url = canonical_url(WHO, page(await SIMULATOR.posts(WHO)).posts[0].tiktok_video_id)
    source = YtDlp(instead(pages, "/video/", 200, b"<html>Drag the slider</html>"))
    assert isinstance(await source.video(url), Blocked)


EMPTY = msgspec.json.encode({"itemList": [], "hasMorePrevious": True})


async def test_a_list_without_posts_of_an_account_that_has_some_is_a_refusal(pages: Pages) -> None:
    assert isinstance(await YtDlp(instead(pages, "/api/", 200, EMPTY)).posts(WHO), Blocked)


async def test_a_list_that_never_ends_is_an_error(pages: Pages) -> None:
    def endless(url: str) -> tuple[int, bytes]:
        status, body = pages(url)
        return (200, EMPTY) if "/api/" in url else (status, body.replace(b'"itemList":[]', b'"itemList":[{"id":"1"}]'))

    assert isinstance(await YtDlp(endless).posts(WHO), Failed)
    assert len(pages.asked) == MOST_REQUESTS


async def test_an_account_without_posts_has_an_empty_list(pages: Pages) -> None:
    data = {"statusCode": 0, "userInfo": {"user": {"secUid": "x"}, "stats": {"followerCount": 5, "videoCount": 0}}}
    told = msgspec.json.encode({"__DEFAULT_SCOPE__": {"webapp.user-detail": data}})
    body = b'<script id="__UNIVERSAL_DATA_FOR_REHYDRATION__">' + told + b"</script>"
    answer = page(await YtDlp(instead(pages, f"/@{WHO}", 200, body)).posts(WHO))
    assert (answer.posts, answer.next) == ([], None)
    assert answer.profile is not None
    assert answer.profile.followers == 5


def test_the_source_is_there_to_be_named() -> None:
    told = Settings.model_validate(
        {"database_url": "postgresql://x", "secret_key": "AA" * 21 + "A=", "sources": "ytdlp"}
    )
    assert told.limit("ytdlp").calls_per_minute == 10
