"""Providers by mapping file: what a mapping may say, and what answers of every kind come to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from trackagoat.events.catalogue.ingest import Post
from trackagoat.events.catalogue.words import Counters
from trackagoat.ingest.settings import Settings
from trackagoat.ingest.sources.http_provider import HttpProvider
from trackagoat.ingest.sources.http_provider.mapping import Unmappable, load
from trackagoat.ingest.sources.protocol import Failed, Ok, RateLimited, SchemaChanged
from trackagoat.ingest.sources.web import LARGEST_ANSWER, Web, wait_of
from trackagoat.ingest.testing.serving import served

NOW = datetime(2026, 3, 12, tzinfo=UTC)
ID = "7478693148385283335"
MAPPING = """
name = "acme"
base_url = "{url}"
[posts]
path = "/of/{{handle}}"
query = {{ after = "{{cursor}}", n = "{{limit}}" }}
items = "/list"
next = "/next"
most = 10
[posts.fields]
tiktok_video_id = "/id"
author_handle = "/by"
views = "/seen"
[video]
path = "/post"
query = {{ url = "{{url}}" }}
fields = {{ views = "/seen", likes = "/liked" }}
"""
Answers = Callable[[Any], None]


class Acme:
    """Answers whatever it was told to, and notes what it was asked."""

    def __init__(self) -> None:
        self.answer: Any = web.json_response({})
        self.asked: list[str] = []

    async def tell(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        answer = self.answer
        if isinstance(answer, Exception):
            assert request.transport is not None
            request.transport.close()
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)


@pytest.fixture
def acme() -> Acme:
    return Acme()


@pytest.fixture
async def provider(acme: Acme) -> AsyncIterator[HttpProvider]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", acme.tell)
    async with served(app) as url, Web() as client:
        yield HttpProvider(load(MAPPING.format(url=url)), client)


async def test_a_list_is_read_page_by_page_and_posts_of_others_are_left_out(acme: Acme, provider: HttpProvider) -> None:
    acme.answer = {"list": [{"id": ID, "by": "@Goat", "seen": "1.2K"}, {"id": ID[:-1] + "6", "by": "sheep"}], "next": 7}
    answer = await provider.posts("goat", limit=30)
    assert isinstance(answer, Ok)
    assert answer.value.next == "7"
    assert answer.value.posts == [
        Post(tiktok_video_id=ID, url=f"https://www.tiktok.com/@goat/video/{ID}", author_handle="goat", views=1200)
    ]
    await provider.posts("goat", cursor="7", limit=5)
    assert acme.asked == ["/of/goat?n=10", "/of/goat?after=7&n=5"]


async def test_a_list_ends_where_the_cursor_stands_still_or_nothing_is_listed(
    acme: Acme, provider: HttpProvider
) -> None:
    for told in ({"list": [{"id": ID}], "next": "7"}, {"list": [], "next": "8"}, {"list": [{"id": ID}]}):
        acme.answer = told
        answer = await provider.posts("goat", cursor="7")
        assert isinstance(answer, Ok)
        assert answer.value.next is None


async def test_what_is_asked_is_quoted(acme: Acme, provider: HttpProvider) -> None:
    acme.answer = {"seen": 5}
    assert await provider.video(f"https://www.tiktok.com/@a/video/{ID}") == Ok(Counters(views=5))
    assert acme.asked == [f"/post?url=https://www.tiktok.com/@a/video/{ID}"]
    await provider.posts("a/../b?c")
    assert acme.asked[1].startswith("/of/a%2F..%2Fb%3Fc?")


@pytest.mark.parametrize(
    "told",
    [
        {"items": []},
        {"list": {"0": {}}},
        {"list": ["a post"]},
        {"list": [{"id": "12"}]},
        {"list": [{"seen": 5}]},
        {"list": [{"id": ID, "seen": {"count": 5}}]},
        {"list": [{"id": ID, "seen": -1}]},
        {"list": [{"id": ID, "seen": "lots"}]},
    ],
)
async def test_an_answer_of_another_shape_is_handed_over_as_it_came(
    acme: Acme, provider: HttpProvider, told: Any
) -> None:
    acme.answer = told
    answer = await provider.posts("goat")
    assert isinstance(answer, SchemaChanged)
    assert answer.raw == web.json_response(told).body
    assert answer.detail


async def test_no_json_no_counter_and_redirects_are_another_shape(acme: Acme, provider: HttpProvider) -> None:
    url = f"https://www.tiktok.com/@a/video/{ID}"
    for told in (web.Response(text="<html>"), {"viewed": 1}, web.Response(status=302, headers={"Location": "/login"})):
        acme.answer = told
        assert (await provider.video(url)).outcome == "schema_changed"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, "blocked"), (403, "blocked"), (404, "not_found"), (410, "not_found"), (408, "error"), (502, "error")],
)
async def test_a_status_means_what_it_usually_means(
    acme: Acme, provider: HttpProvider, status: int, outcome: str
) -> None:
    acme.answer = web.Response(status=status)
    assert (await provider.posts("goat")).outcome == outcome


async def test_too_many_calls_are_answered_with_the_wait_that_was_asked_for(acme: Acme, provider: HttpProvider) -> None:
    acme.answer = web.Response(status=429, headers={"Retry-After": "17"})
    assert await provider.posts("goat") == RateLimited(17, "answered 429")


async def test_a_lost_connection_and_an_endless_answer_are_errors(acme: Acme, provider: HttpProvider) -> None:
    acme.answer = ConnectionResetError()
    assert isinstance(await provider.posts("goat"), Failed)
    acme.answer = web.Response(body=b" " * (LARGEST_ANSWER + 1))
    answer = await provider.posts("goat")
    assert isinstance(answer, Failed)
    assert "larger than" in answer.detail


async def test_a_door_the_mapping_lacks_is_left_to_other_sources(provider: HttpProvider) -> None:
    assert (await provider.profile("goat")).outcome == "blocked"


def test_both_forms_of_a_wait_are_understood() -> None:
    assert wait_of("120", NOW) == 120
    assert wait_of("Thu, 12 Mar 2026 00:01:00 GMT", NOW) == 60
    assert wait_of("Wed, 11 Mar 2026 00:01:00 GMT", NOW) == 0
    assert wait_of("soon", NOW) is None


GOOD = 'name = "acme"\nbase_url = "https://a"\n[video]\npath = "/"\nfields = { views = "/v" }\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "Invalid value"),
        (GOOD.replace("acme", "Ac me"), "is no name"),
        (GOOD.replace("https", "http"), "base_url has to begin with https://"),
        (GOOD.replace("views", "plays"), "has no field plays; it may have comments, likes"),
        (GOOD.replace('"/v"', '"v"'), "'v' is no JSON pointer"),
        (GOOD.replace('path = "/"', 'path = "/{user}"'), "knows no {user}"),
        (GOOD.replace("[video]", "[clip]"), "unknown field `clip`"),
        (GOOD.replace("[video]", "calls_per_minute = 0\n[video]"), "more than 0"),
        (GOOD.replace("[video]", '[posts]\nitems = "/i"'), "maps nothing|needs the field tiktok_video_id"),
        ('name = "acme"\nbase_url = "https://a"\n', "one of"),
        (GOOD + '[follow]\npath = "/l"\nfields = {}\n', "[follow] maps nothing"),
        ('name = "acme"\nbase_url = "https://a"\n[follow]\npath = "/l"\nfields = { url = "/u" }\n', "one of"),
    ],
)
def test_a_mapping_that_makes_no_sense_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unmappable, match=reason.replace("{", r"\{").replace("[", r"\[")):
        load(text)


def settings(**given: str) -> Settings:
    return Settings.model_validate({"database_url": "postgresql://nowhere", "secret_key": "AA" * 21 + "A=", **given})


def test_a_mapping_file_makes_a_source_with_its_own_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(GOOD.replace("[video]", 'calls_per_minute = 30\n[auth]\nsecret_env = "ACME_KEY"\n[video]'))
    with pytest.raises(ValueError, match="ACME_KEY is not set"):
        settings(http_providers=str(file), sources="acme")
    monkeypatch.setenv("ACME_KEY", "s3cret")
    told = settings(http_providers=str(file), sources="acme, simulator")
    assert (told.limit("acme").calls_per_minute, told.limit("acme").at_once) == (30, 4)
    assert settings(http_providers=str(file), source_limits="acme=5/1").limit("acme").at_once == 1
    with pytest.raises(ValueError, match="no source called acme; known are"):
        settings(sources="acme")
