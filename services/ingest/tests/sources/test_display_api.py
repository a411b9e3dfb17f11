"""The Display API against a server that speaks like it: each thing that can go wrong ends in its documented state."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

from trackagoat.events.catalogue.ingest import Post
from trackagoat.ingest.domain import tiktok as words
from trackagoat.ingest.sources.display_api import EMPTY_PAGES, DisplayApi
from trackagoat.ingest.sources.display_api.login import SCOPES, Denied, Login, Tokens
from trackagoat.ingest.sources.protocol import Blocked, Failed, Ok, PostPage, RateLimited, Reply, SchemaChanged
from trackagoat.ingest.sources.simulator import Simulator
from trackagoat.ingest.sources.web import Web
from trackagoat.ingest.testing.serving import served
from trackagoat.ingest.testing.tiktok import TikTok

WHO = "daily_hay"


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Stage(NamedTuple):
    """The server, the way in, and the owner's first tokens."""

    tiktok: TikTok
    login: Login
    web: Web
    url: str
    tokens: Tokens
    clock: Clock

    @property
    def api(self) -> DisplayApi:
        return DisplayApi(self.web, self.tokens.access_token, self.url)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    clock = Clock()
    tiktok = TikTok(Simulator(clock=clock), clock=clock, calls_per_minute=100)
    async with served(tiktok.app()) as url, Web() as web:
        login = Login(web, tiktok.client_key, tiktok.client_secret, url)
        tokens = await login.exchange(tiktok.consent(WHO), tiktok.redirect_uri)
        assert isinstance(tokens, Tokens)
        yield Stage(tiktok, login, web, url, tokens, clock)


def page(reply: Reply[PostPage]) -> PostPage:
    assert isinstance(reply, Ok), reply
    return reply.value


async def test_consent_is_asked_for_what_reading_needs(stage: Stage) -> None:
    told = urlsplit(stage.login.consent_url("https://goat.example/connected", "abc"))
    asked = {name: values[0] for name, values in parse_qs(told.query).items()}
    assert asked["scope"] == ",".join(SCOPES)
    assert (asked["client_key"], asked["response_type"], asked["state"]) == ("a-client-key", "code", "abc")
    assert stage.tokens.scopes == list(SCOPES)


async def test_four_counters_of_a_post_are_told_and_saves_are_unknown(stage: Stage) -> None:
    posts = page(await stage.api.posts(WHO)).posts
    assert {post.saves for post in posts} == {None}
    known = [post for post in posts if None not in {post.views, post.likes, post.comments, post.shares}]
    assert len(known) > len(posts) / 2
    profile = await stage.api.profile(WHO)
    assert isinstance(profile, Ok)
    assert None not in {profile.value.followers, profile.value.following, profile.value.total_likes}


async def test_short_pages_are_read_on_until_there_is_no_more(stage: Stage) -> None:
    whole = [post.tiktok_video_id for post in await everything(stage)]
    stage.tiktok.most = 3
    short = await everything(stage)
    assert [post.tiktok_video_id for post in short] == whole
    first = page(await stage.api.posts(WHO, limit=30))
    assert (len(first.posts), first.next is not None) == (3, True)


async def everything(stage: Stage) -> list[Post]:
    """The first 60 posts, page by page."""
    posts, cursor = list[Post](), None
    while len(posts) < 60:
        one = page(await stage.api.posts(WHO, cursor=cursor))
        posts, cursor = [*posts, *one.posts], one.next
        if cursor is None:
            break
    return posts[:60]


async def test_an_empty_page_that_is_not_the_last_is_passed_by(stage: Stage) -> None:
    stage.tiktok.empty = 2
    assert len(page(await stage.api.posts(WHO)).posts) == 20
    stage.tiktok.empty = EMPTY_PAGES
    assert isinstance(await stage.api.posts(WHO), Failed)


async def test_cursors_are_unix_milliseconds(stage: Stage) -> None:
    one = page(await stage.api.posts(WHO, limit=5))
    last = words.posted_at(one.posts[-1].tiktok_video_id, stage.clock.now)
    assert last is not None
    assert one.next == str(int(last.timestamp() * 1000))


async def test_too_many_calls_are_answered_with_a_minutes_wait(stage: Stage) -> None:
    for _ in range(100):
        stage.tiktok.calls.append((stage.clock.now, "/v2/user/info/"))
    answer = await stage.api.profile(WHO)
    assert isinstance(answer, RateLimited)
    assert answer.retry_after == 60
    stage.clock.now += timedelta(seconds=61)
    assert isinstance(await stage.api.profile(WHO), Ok)


async def test_an_expired_token_asks_for_renewal_and_the_new_one_works(stage: Stage) -> None:
    stage.clock.now += timedelta(hours=3)
    answer = await stage.api.profile(WHO)
    assert isinstance(answer, Failed)
    assert answer.renew
    renewed = await stage.login.renew(stage.tokens.refresh_token)
    assert isinstance(renewed, Tokens)
    assert isinstance(await DisplayApi(stage.web, renewed.access_token, stage.url).profile(WHO), Ok)


async def test_a_refresh_token_is_good_once(stage: Stage) -> None:
    assert isinstance(await stage.login.renew(stage.tokens.refresh_token), Tokens)
    assert isinstance(await stage.login.renew(stage.tokens.refresh_token), Denied)


async def test_a_withdrawn_consent_is_denied_whatever_is_tried(stage: Stage) -> None:
    stage.tiktok.withdraw(WHO)
    answer = await stage.api.posts(WHO)
    assert isinstance(answer, Failed)
    assert answer.renew
    assert isinstance(await stage.login.renew(stage.tokens.refresh_token), Denied)


async def test_access_that_was_given_back_is_gone(stage: Stage) -> None:
    assert await stage.login.revoke(stage.tokens.access_token) is None
    assert isinstance(await stage.login.renew(stage.tokens.refresh_token), Denied)


async def test_a_consent_to_less_is_blocked_where_more_is_needed(stage: Stage) -> None:
    code = stage.tiktok.consent(WHO, ["user.info.basic", "video.list"])
    tokens = await stage.login.exchange(code, stage.tiktok.redirect_uri)
    assert isinstance(tokens, Tokens)
    api = DisplayApi(stage.web, tokens.access_token, stage.url)
    assert isinstance(await api.profile(WHO), Blocked)
    assert isinstance(await api.posts(WHO), Ok)


async def test_another_shape_is_handed_over_as_it_came(stage: Stage) -> None:
    stage.tiktok.changed = True
    url = words.canonical_url(WHO, "7478693148385283335")
    for answer in (await stage.api.profile(WHO), await stage.api.posts(WHO), await stage.api.video(url)):
        assert isinstance(answer, SchemaChanged)
        assert b"aweme_id" in answer.raw


async def test_tokens_of_another_shape_are_not_kept_anywhere(stage: Stage) -> None:
    stage.tiktok.changed = True
    answer = await stage.login.renew(stage.tokens.refresh_token)
    assert isinstance(answer, SchemaChanged)
    assert answer.raw == b""


async def test_a_server_that_is_down_is_an_error(stage: Stage) -> None:
    stage.tiktok.down = True
    answers = [await stage.api.profile(WHO), await stage.api.posts(WHO), await stage.login.renew("x")]
    assert {type(answer) for answer in answers} == {Failed}


async def test_a_wrong_secret_is_no_denial_of_the_owner(stage: Stage) -> None:
    login = Login(stage.web, stage.tiktok.client_key, "wrong", stage.url)
    answer = await login.renew(stage.tokens.refresh_token)
    assert isinstance(answer, SchemaChanged | Blocked)


async def test_an_account_that_changed_its_name_is_not_taken_for_the_one_asked_about(stage: Stage) -> None:
    answer = await stage.api.profile("somebody_else")
    assert isinstance(answer, Blocked)
    assert f"@{WHO} now" in answer.detail
