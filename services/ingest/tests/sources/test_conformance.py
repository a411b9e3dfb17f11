"""What the product may rely on, held against every source there is."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from trackagoat.events.catalogue.ingest import Post
from trackagoat.events.catalogue.words import Counters
from trackagoat.ingest import sources
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources.protocol import Ok, PostPage, Source

NO_SOURCES = {"protocol", "importing", "demo", "web", "answers"}
Subject = Any
IsSound = Callable[[object, datetime], bool]


async def page(source: Source, handle: str, *, cursor: str | None = None, limit: int = 30) -> PostPage:
    answer = await source.posts(handle, cursor=cursor, limit=limit)
    assert isinstance(answer, Ok)
    return answer.value


async def walk(source: Source, handle: str, *, limit: int, at_most: int = 60) -> list[Post]:
    """The first posts of an account, page by page."""
    posts: list[Post] = []
    cursor: str | None = None
    while len(posts) < at_most:
        one = await page(source, handle, cursor=cursor, limit=limit)
        assert len(one.posts) <= limit
        posts += one.posts
        cursor = one.next
        if cursor is None:
            break
    return posts


def test_every_source_is_held_against_this_suite(subjects: dict[str, Any]) -> None:
    rooms = {room.name for room in pkgutil.iter_modules(sources.__path__)} - NO_SOURCES
    assert rooms == set(subjects), "give the new source a Subject in conftest.py"


def test_a_source_has_a_name_that_snapshots_can_carry(subject: Subject, now: datetime) -> None:
    name = subject.at(now).name
    assert name == name.strip().lower()
    assert name


async def test_a_profile_counts_nothing_below_zero(subject: Subject, now: datetime, is_sound: IsSound) -> None:
    for handle in subject.open:
        answer = await subject.at(now).profile(handle)
        assert isinstance(answer, Ok)
        assert is_sound(answer.value, now)


async def test_posts_are_sound_and_by_the_account_that_was_asked_for(
    subject: Subject, now: datetime, is_sound: IsSound
) -> None:
    for handle in subject.open:
        for post in (await page(subject.at(now), handle)).posts:
            assert is_sound(post, now)
            assert post.author_handle == handle


async def test_a_posting_time_is_the_one_in_the_id(subject: Subject, now: datetime) -> None:
    for handle in subject.open:
        for post in (await page(subject.at(now), handle)).posts:
            assert post.posted_at in {None, tiktok.posted_at(post.tiktok_video_id, now)}


async def test_posts_come_newest_first_with_at_most_three_pinned_before_them(subject: Subject, now: datetime) -> None:
    for handle in subject.open:
        times = [p.posted_at for p in await walk(subject.at(now), handle, limit=20) if p.posted_at is not None]
        newest = times.index(max(times))
        assert newest <= 3
        assert times[newest:] == sorted(times[newest:], reverse=True)


async def test_pages_of_any_size_show_every_post_once(subject: Subject, now: datetime) -> None:
    for handle in subject.open:
        whole = await walk(subject.at(now), handle, limit=60)
        ids = [p.tiktok_video_id for p in await walk(subject.at(now), handle, limit=7)]
        assert len(ids) == len(set(ids))
        assert ids[: len(whole)] == [p.tiktok_video_id for p in whole][: len(ids)]


async def test_two_readings_at_one_instant_are_equal(subject: Subject, now: datetime) -> None:
    for handle in subject.open:
        assert await subject.at(now).profile(handle) == await subject.at(now).profile(handle)
        assert await page(subject.at(now), handle) == await page(subject.at(now), handle)


async def test_a_post_read_alone_shows_what_the_list_shows(subject: Subject, now: datetime) -> None:
    names = Counters.__struct_fields__
    for handle in subject.open:
        for post in (await page(subject.at(now), handle, limit=5)).posts:
            answer = await subject.at(now).video(post.url)
            assert isinstance(answer, Ok)
            for name in names:
                listed, alone = getattr(post, name), getattr(answer.value, name)
                assert listed is None or alone is None or listed == alone


async def test_what_cannot_be_read_is_answered_and_never_raised(subject: Subject, now: datetime) -> None:
    for outcome, handle in subject.missing.items():
        source = subject.at(now)
        url = tiktok.canonical_url(handle, str(int((now - timedelta(days=9)).timestamp()) << 32))
        answers = [await source.profile(handle), await source.posts(handle), await source.video(url)]
        assert {answer.outcome for answer in answers} == {outcome}


async def test_a_post_that_cannot_be_is_not_found(subject: Subject, now: datetime) -> None:
    future = str(int((now + timedelta(days=9)).timestamp()) << 32)
    for url in (tiktok.canonical_url(subject.open[0], future), "https://www.tiktok.com/@nobody"):
        assert (await subject.at(now).video(url)).outcome == "not_found"
