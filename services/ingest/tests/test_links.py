"""Posts added by short links: followed where a source can, refused where none can or none is quick enough."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddVideo, Post, VideoAdded
from trackagoat.events.catalogue.sources import ChooseSources
from trackagoat.events.catalogue.words import OrgId, ProjectId
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, said
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.domain.tiktok import canonical_url
from trackagoat.ingest.due import links
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.service import assembled
from trackagoat.ingest.sources.http_provider import provider
from trackagoat.ingest.sources.http_provider.mapping import load
from trackagoat.ingest.sources.protocol import Blocked, Follower, NotFound, Ok, Reply
from trackagoat.ingest.sources.simulator import Simulator
from trackagoat.ingest.sources.web import Web
from trackagoat.ingest.sources.ytdlp import YtDlp
from trackagoat.ingest.testing.pages import Pages
from trackagoat.ingest.testing.providers import KEY, web_shape
from trackagoat.ingest.testing.serving import served

Pool = Any
Schema = Callable[[str], Awaitable[Pool]]
ORG = OrgId(UUID(int=7))
P = ProjectId(UUID(int=1))
NOW = datetime(2026, 1, 10, tzinfo=UTC)
POST = "https://www.tiktok.com/@joe/video/7480000000000000001"
SHORT = "vm.tiktok.com/ZMabc12/?x=1"
MAPPINGS = Path(__file__).parents[3] / "docs/examples/providers"


class Guide:
    """A source that knows where links lead."""

    def __init__(self, name: str, reply: Reply[str] | Exception | None) -> None:
        self.name, self.reply, self.asked = name, reply, list[str]()

    async def profile(self, _: str) -> Reply[Any]:
        return NotFound()

    async def posts(self, *_: Any, **__: Any) -> Reply[Any]:
        return NotFound()

    async def video(self, _: str) -> Reply[Any]:
        return NotFound()

    async def follow(self, url: str) -> Reply[str]:
        self.asked.append(url)
        if self.reply is None:
            await asyncio.Event().wait()
        if isinstance(self.reply, Exception):
            raise self.reply
        assert self.reply is not None
        return self.reply


async def add(pool: Pool, sources: list[Any], *urls: str, before: Any = None) -> list[Outcome]:
    service = assembled([Configured(source) for source in sources], VAULT)
    if before is not None:
        await handle(pool, service, Ask(org=ORG, command_id=clock.new_id(), at=NOW), [before])
    commands = [AddVideo(project=P, url=url, now=NOW) for url in urls]
    return await handle(pool, service, Ask(org=ORG, command_id=clock.new_id(), at=NOW), commands)


def codes(outcomes: list[Outcome]) -> list[str | None]:
    return [None if outcome.refused is None else outcome.refused.code for outcome in outcomes]


async def test_a_short_link_adds_the_post_it_leads_to(schema: Schema) -> None:
    pool, guide = await schema("ingest"), Guide("guide", Ok(f"{POST}?_r=1&share=2"))
    assert codes(await add(pool, [guide], SHORT)) == [None]
    (added,) = await said(pool, VideoAdded)
    assert (added.url, added.author_handle, added.tiktok_video_id) == (POST, "joe", "7480000000000000001")
    assert guide.asked == ["https://vm.tiktok.com/ZMabc12"]


async def test_in_a_bulk_each_link_is_followed_once_and_the_same_post_is_added_once(schema: Schema) -> None:
    pool, guide = await schema("ingest"), Guide("guide", Ok(POST))
    outcomes = await add(pool, [guide], SHORT, "https://vm.tiktok.com/ZMabc12", POST, "https://www.tiktok.com/t/ZT1")
    assert codes(outcomes) == [None, "duplicate_video", "duplicate_video", "duplicate_video"]
    assert sorted(guide.asked) == ["https://vm.tiktok.com/ZMabc12", "https://www.tiktok.com/t/ZT1"]


async def test_the_next_source_is_asked_when_one_does_not_know(schema: Schema) -> None:
    pool = await schema("ingest")
    others = [Guide("a", Blocked("captcha")), Guide("b", RuntimeError("odd")), Guide("c", Ok("https://example.com/"))]
    assert codes(await add(pool, [*others, Guide("d", Ok(POST))], SHORT)) == [None]


async def test_a_link_nobody_can_follow_is_refused_and_nothing_else_is(schema: Schema) -> None:
    pool = await schema("ingest")
    assert codes(await add(pool, [], SHORT)) == ["unresolvable_url"]
    outcomes = await add(pool, [Guide("a", Ok("https://www.tiktok.com/@joe"))], SHORT, POST)
    assert codes(outcomes) == ["unresolvable_url", None]


async def test_a_source_that_does_not_answer_keeps_nobody_waiting(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "ONE_SECONDS", 0.05)
    assert codes(await add(await schema("ingest"), [Guide("slow", None)], SHORT)) == ["unresolvable_url"]


async def test_sources_the_org_did_not_choose_are_not_asked(schema: Schema) -> None:
    pool, guide = await schema("ingest"), Guide("guide", Ok(POST))
    none = ChooseSources(kind="video_stats", sources=[])
    assert codes(await add(pool, [guide], SHORT, before=none)) == ["unresolvable_url"]
    assert guide.asked == []


async def test_yt_dlp_follows_short_links() -> None:
    pages = Pages(Simulator(clock=lambda: NOW), lambda: NOW)

    def opener(url: str) -> tuple[int, bytes]:
        if url == "https://vm.tiktok.com/ZMabc12":
            return 301, f"{POST}?_r=1".encode()
        return (200, b"") if url.startswith(POST) else pages(url)

    assert await YtDlp(opener).follow("https://vm.tiktok.com/ZMabc12") == Ok(f"{POST}?_r=1")
    lost = await YtDlp(lambda _: (404, b"")).follow("https://vm.tiktok.com/ZMabc12")
    assert lost.outcome != "ok"


async def test_the_simulator_follows_the_links_of_its_own_posts_and_no_others(schema: Schema) -> None:
    simulator = Simulator(clock=lambda: NOW)
    post = await simulated(simulator)
    link = simulator.world.short_link(post.url)
    assert codes(await add(await schema("ingest"), [simulator], link, SHORT)) == [None, "unresolvable_url"]
    assert await simulator.follow(link) == Ok(post.url)
    assert await simulator.follow(simulator.world.short_link(canonical_url("private_jane", "7480000000000000001"))) == (
        await simulator.profile("private_jane")
    )


async def simulated(simulator: Simulator) -> Post:
    page = await simulator.posts("carousel_cleo")
    assert isinstance(page, Ok)
    return page.value.posts[0]


async def test_a_mapping_may_say_where_links_lead() -> None:
    simulator = Simulator(clock=lambda: NOW)
    post = await simulated(simulator)
    mapping = load((MAPPINGS / "web_shape.toml").read_text())
    async with served(web_shape(simulator)) as url, Web() as web:
        source = provider(msgspec.structs.replace(mapping, base_url=url), web, KEY)
        assert isinstance(source, Follower)
        assert await source.follow(simulator.world.short_link(post.url)) == Ok(post.url)
        assert (await source.follow("https://vm.tiktok.com/ZMabc12")).outcome == "not_found"
        silent = provider(msgspec.structs.replace(mapping, follow=None), web, KEY)
        assert not isinstance(silent, Follower)
