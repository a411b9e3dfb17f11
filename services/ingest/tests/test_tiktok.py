"""Handles, URLs of posts, and the time in an id."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from trackagoat.events.catalogue.ingest import InvalidHandle, InvalidUrl, UnresolvableUrl
from trackagoat.ingest.domain import tiktok

ID = "7498305315847376135"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "Some.one_1-x",
        "@Some.one_1-x",
        "  @Some.one_1-x ",
        "tiktok.com/@Some.one_1-x",
        "https://www.tiktok.com/@Some.one_1-x",
        "http://m.TikTok.com/@Some.one_1-x/?lang=en#top",
    ],
)
def test_a_handle_is_read_from_however_it_was_typed_and_keeps_its_spelling(typed: str) -> None:
    assert tiktok.handle(typed) == "Some.one_1-x"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "@",
        "@@twice",
        "a b",
        "größe",
        "a" * 31,
        "٣٣",
        "name\n@other",
        "https://example.com/@someone",
        "https://www.tiktok.com/",
        f"https://www.tiktok.com/@someone/video/{ID}",
        "https://www.tiktok.com.evil.example/@someone",
    ],
)
def test_what_is_no_handle_is_refused(typed: str) -> None:
    with pytest.raises(InvalidHandle):
        tiktok.handle(typed)


@pytest.mark.parametrize("prefix", ["", "https://", "http://"])
@pytest.mark.parametrize("host", ["tiktok.com", "www.tiktok.com", "m.tiktok.com", "WWW.TikTok.com"])
@pytest.mark.parametrize("tail", ["", "/", "?is_from_webapp=1&x=/v/", "/?a#b", "#c"])
def test_every_way_of_writing_a_posts_url_gives_one_canonical_url(prefix: str, host: str, tail: str) -> None:
    read = tiktok.post_url(f"{prefix}{host}/@Some.one/video/{ID}{tail}")
    assert read.url == f"https://www.tiktok.com/@Some.one/video/{ID}"
    assert (read.handle, read.tiktok_video_id, read.content_type) == ("Some.one", ID, "video")


def test_a_photo_post_keeps_its_kind() -> None:
    read = tiktok.post_url(f"tiktok.com/@a/photo/{ID}")
    assert read.content_type == "photo"
    assert read.url == f"https://www.tiktok.com/@a/photo/{ID}"


def test_the_mobile_form_names_no_author() -> None:
    read = tiktok.post_url(f"https://m.tiktok.com/v/{ID}.html?x=1")
    assert (read.handle, read.tiktok_video_id) == (None, ID)
    assert tiktok.post_url(read.url) == read


@pytest.mark.parametrize("url", ["https://vm.tiktok.com/ZMabc12/", "vt.tiktok.com/ZS_x-1", "www.tiktok.com/t/ZTabc"])
def test_a_short_link_needs_a_source(url: str) -> None:
    with pytest.raises(UnresolvableUrl):
        tiktok.post_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        ID,
        "https://www.tiktok.com/@someone",
        f"https://example.com/@someone/video/{ID}",
        f"https://www.tiktok.com/@some one/video/{ID}",
        "https://www.tiktok.com/@someone/video/123456789",
        "https://www.tiktok.com/@someone/video/123456789012345678901",
        f"https://www.tiktok.com/@someone/live/{ID}",
        f"https://www.tiktok.com/@someone/video/{ID}/comments",
        f"ftp://www.tiktok.com/@someone/video/{ID}",
        f"https://user@www.tiktok.com/@someone/video/{ID}",
        f"https://tiktok.com.evil.example/@someone/video/{ID}",
        "https://www.tiktok.com/@someone/video/٧٤٩٨٣٠٥٣١٥٨٤٧٣٧٦١٣٥",
    ],
)
def test_what_is_no_url_of_a_post_is_refused(url: str) -> None:
    with pytest.raises(InvalidUrl):
        tiktok.post_url(url)


def test_the_upper_bits_of_an_id_are_the_posting_time() -> None:
    assert tiktok.posted_at(ID, NOW) == datetime(2025, 4, 28, 10, 14, 13, tzinfo=UTC)


@pytest.mark.parametrize("post", ["1234567890", str(1 << 63), "99999999999999999999", "nonsense"])
def test_an_id_that_tells_no_plausible_time_tells_none(post: str) -> None:
    assert tiktok.posted_at(post, NOW) is None


def test_the_time_in_an_id_lies_between_2016_and_now_both_included() -> None:
    first = int(tiktok.FIRST_POST.timestamp())
    now = int(NOW.timestamp())
    times = [tiktok.posted_at(str(second << 32), NOW) for second in (first - 1, first, now, now + 1)]
    assert times == [None, tiktok.FIRST_POST, NOW, None]
