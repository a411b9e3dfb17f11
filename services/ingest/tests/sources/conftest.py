"""The sources under test, and what any reading has to be like, whoever made it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from trackagoat.events.catalogue.ingest import Post, ProfileReading, SourceOutcome
from trackagoat.events.catalogue.words import Counters
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources.display_api import DisplayApi
from trackagoat.ingest.sources.display_api.login import Login, Tokens
from trackagoat.ingest.sources.http_provider import HttpProvider
from trackagoat.ingest.sources.http_provider.mapping import load
from trackagoat.ingest.sources.protocol import PostPage, Reply, Source
from trackagoat.ingest.sources.simulator import Simulator
from trackagoat.ingest.sources.web import Web
from trackagoat.ingest.sources.ytdlp import YtDlp
from trackagoat.ingest.testing.pages import Pages
from trackagoat.ingest.testing.providers import KEY, rows_shape, web_shape
from trackagoat.ingest.testing.serving import served
from trackagoat.ingest.testing.tiktok import TikTok

NOW = datetime(2026, 3, 12, 14, 30, tzinfo=UTC)
REAL_FILE = "TRACKAGOAT_TEST_SNAPSHOTS"
"""Environment variable naming the CSV file of snapshots that a program collected in May 2025."""


class Subject(msgspec.Struct, frozen=True):
    """A source to hold against the protocol: how to make it at an instant, and which accounts answer how."""

    at: Callable[[datetime], Source]
    open: tuple[str, ...]
    missing: dict[SourceOutcome, str]


class Consented:
    """The Display API of whoever owns the account asked about, each with consent and tokens of its own."""

    name = "display_api"

    def __init__(self, tiktok_: TikTok, web_: Web, url: str) -> None:
        self._tiktok, self._web, self._url = tiktok_, web_, url

    async def _of(self, handle: str) -> DisplayApi:
        login = Login(self._web, self._tiktok.client_key, self._tiktok.client_secret, self._url)
        tokens = await login.exchange(self._tiktok.consent(handle), self._tiktok.redirect_uri)
        assert isinstance(tokens, Tokens)
        return DisplayApi(self._web, tokens.access_token, self._url)

    async def profile(self, handle: str) -> Reply[ProfileReading]:
        return await (await self._of(handle)).profile(handle)

    async def posts(self, handle: str, *, cursor: str | None = None, limit: int = 30) -> Reply[PostPage]:
        return await (await self._of(handle)).posts(handle, cursor=cursor, limit=limit)

    async def video(self, url: str) -> Reply[Counters]:
        return await (await self._of(url.split("@")[1].split("/", maxsplit=1)[0])).video(url)


@contextlib.asynccontextmanager
async def _display_api() -> AsyncIterator[Subject]:
    tiktok_ = TikTok(Simulator(clock=lambda: NOW), clock=lambda: NOW)
    missing = {outcome: MISSING[outcome] for outcome in MISSING if outcome not in {"not_found", "private"}}
    async with served(tiktok_.app()) as url, Web() as client:
        yield Subject(at=lambda _: Consented(tiktok_, client, url), open=OPEN, missing=missing)


@contextlib.asynccontextmanager
async def _ytdlp() -> AsyncIterator[Subject]:
    pages = Pages(Simulator(clock=lambda: NOW), lambda: NOW)
    yield Subject(at=lambda _: YtDlp(pages), open=OPEN, missing=MISSING)


Made = Callable[[], AbstractAsyncContextManager[Subject]]
MISSING: dict[SourceOutcome, str] = {
    "not_found": "missing_max",
    "private": "private_paul",
    "rate_limited": "limited_lee",
    "blocked": "blocked_bo",
    "schema_changed": "changed_cho",
    "error": "failing_fay",
}
OPEN = ("jane.doe", "bursty_bob", "mega_mia", "pinned_pia", "carousel_cleo", "tidy_tim", "corrected_carl")
MAPPINGS = Path(__file__).parents[4] / "docs/examples/providers"


@contextlib.asynccontextmanager
async def _simulator() -> AsyncIterator[Subject]:
    yield Subject(at=lambda now: Simulator(clock=lambda: now), open=OPEN, missing=MISSING)


def _provider(name: str, app: Callable[[Source], web.Application]) -> Made:
    """A provider that tells what the simulator tells, read by one of the example mappings."""

    @contextlib.asynccontextmanager
    async def made() -> AsyncIterator[Subject]:
        mapping = load((MAPPINGS / f"{name}.toml").read_text())
        async with served(app(Simulator(clock=lambda: NOW))) as url, Web() as client:
            provider = HttpProvider(msgspec.structs.replace(mapping, base_url=url), client, KEY)
            yield Subject(at=lambda _: provider, open=OPEN, missing=MISSING)

    return made


SUBJECTS: dict[str, dict[str, Made]] = {
    "simulator": {"simulator": _simulator},
    "display_api": {"display_api": _display_api},
    "ytdlp": {"ytdlp": _ytdlp},
    "http_provider": {
        "web_shape": _provider("web_shape", web_shape),
        "rows_shape": _provider("rows_shape", rows_shape),
    },
}
"""By the name of the room, then of the subject; a new source adds itself here."""
EVERY = {name: made for room in SUBJECTS.values() for name, made in room.items()}


@pytest.fixture(params=sorted(EVERY))
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    async with EVERY[request.param]() as made:
        yield made


@pytest.fixture
def subjects() -> dict[str, dict[str, Made]]:
    return SUBJECTS


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def is_sound() -> Callable[[Post | ProfileReading | Counters, datetime], bool]:
    return _is_sound


@pytest.fixture
def real_file() -> Path:
    """Six thousand snapshots a program collected in 2025; only where somebody has them."""
    path = Path(os.environ.get(REAL_FILE, "/nowhere"))
    if not path.is_file():
        pytest.skip(f"{REAL_FILE} names no file")
    return path


def _is_sound(reading: Post | ProfileReading | Counters, now: datetime) -> bool:
    """Counters are unknown or not negative; a post is told by a valid id, its canonical URL and a past."""
    values = [getattr(reading, name) for name in reading.__struct_fields__]
    assert all(value >= 0 for value in values if isinstance(value, int))
    assert all(value != "" for value in values)
    if isinstance(reading, Post):
        assert tiktok.is_video_id(reading.tiktok_video_id)
        url = tiktok.post_url(reading.url)
        assert (url.url, url.tiktok_video_id) == (reading.url, reading.tiktok_video_id)
        assert (url.handle, url.content_type) == (reading.author_handle, reading.content_type)
        assert reading.posted_at is None or tiktok.FIRST_POST <= reading.posted_at <= now
    return True
