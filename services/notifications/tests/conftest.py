"""A receiver of webhooks on this machine, and a service wired to a database of its own."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from trackagoat.events import clock
from trackagoat.events.catalogue.goals import GoalAdvisoryCleared, GoalAdvisoryRaised, GoalPeriodClosed, Status
from trackagoat.events.catalogue.ingest import CreatorAdded
from trackagoat.events.catalogue.notifications import CreateChannel, Digest, QuietHours, SetRule, secret_context
from trackagoat.events.catalogue.words import ChannelId, Command, CreatorId, Event, GoalId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import OrgCreated
from trackagoat.events.decider import Outcome
from trackagoat.events.effects import Effect
from trackagoat.events.envelope import Ask
from trackagoat.events.host.service import Service
from trackagoat.events.seal import seal
from trackagoat.events.testing.play import apply, handle, heard, play, work
from trackagoat.notifications.service import service
from trackagoat.notifications.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[Any]"
SECRET_KEY = base64.b64encode(bytes(range(32))).decode()
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ORG, PROJECT, CREATOR = OrgId(UUID(int=1)), ProjectId(UUID(int=2)), CreatorId(UUID(int=3))


class Receiver:
    """Answers with the given answers in turn, the last one for ever, and keeps what it got."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = [(204, {})]
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""
        self.body = b""
        self.held: asyncio.Event | None = None
        """When set, requests wait for it before they are answered."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.got.append((dict(request.headers), await request.read()))
        if self.held is not None:
            await self.held.wait()
        status, headers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.Response(status=status, headers=headers, body=self.body)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@contextlib.asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        receiver.url = str(server.make_url("/hook"))
        try:
            yield receiver
        finally:
            if receiver.held is not None:
                receiver.held.set()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def slow() -> AsyncIterator[Receiver]:
    """A receiver that answers nobody until its test is over."""
    async with receiving() as one:
        one.held = asyncio.Event()
        yield one


class Desk:
    """Notifications on a database of its own, driven by hand."""

    def __init__(self, db: Pool, service: Service) -> None:
        self.db, self.service, self.began = db, service, clock.now().replace(microsecond=0)

    async def hear(self, *events: Event, at: datetime | None = None, id: UUID | None = None) -> None:
        await play(self.db, self.service, [heard(e, org=ORG, at=at or self.began, id=id) for e in events])

    async def ask(self, *commands: Command, org: OrgId = ORG) -> list[Outcome]:
        ask = Ask(org=org, command_id=clock.new_id(), at=self.began)
        return await handle(self.db, self.service, ask, commands)

    async def open(self, url: str, channel: int = 100) -> ChannelId:
        id = ChannelId(UUID(int=channel))
        sealed = seal(SECRET_KEY, SECRET.encode(), secret_context(id))
        [outcome] = await self.ask(CreateChannel(channel=id, kind="webhook", name="Ops", url=url, sealed_secret=sealed))
        assert outcome.refused is None
        await self.rule(id)
        return id

    async def rule(self, channel: ChannelId, digest: Digest = "immediate", quiet: QuietHours | None = None) -> UUID:
        """Everything goes to the channel."""
        id = UUID(int=channel.int + 1000)
        wanted = SetRule(rule=id, name="All", channels=[channel], digest=digest, quiet_hours=quiet)
        rows = await self.rows("SELECT rule FROM rules WHERE rule = $1", id)
        [outcome] = await self.ask(msgspec.structs.replace(wanted, fresh=not rows))
        assert outcome.refused is None
        return id

    async def apply(self, effects: list[Effect]) -> None:
        await apply(self.db, self.service, effects, self.began)

    async def work(self, now: datetime) -> int:
        return await work(self.db, self.service, now)

    async def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.db.fetch(query, *args)]


@pytest.fixture
async def desk(schema: Callable[[str], Awaitable[Pool]]) -> AsyncIterator[Desk]:
    """It knows an org in Berlin with a creator called ana, at whom nobody looks, and may send to this machine."""
    settings = Settings(database_url="postgresql://unused", secret_key=SECRET_KEY, outbound_allowlist="127.0.0.1")
    async with contextlib.AsyncExitStack() as stack:
        one = Desk(await schema("notifications"), service(settings))
        for around in one.service.around:
            await stack.enter_async_context(around)
        await one.db.execute("DELETE FROM due WHERE kind = 'tidy'")
        await one.hear(OrgCreated(org=ORG, name="Blue", timezone="Europe/Berlin"))
        start = one.began.date()
        await one.hear(CreatorAdded(creator=CREATOR, project=PROJECT, tiktok_handle="ana", tracking_start_date=start))
        await one.db.execute("DELETE FROM due WHERE kind = 'watch'")
        yield one


@pytest.fixture
def missed() -> Callable[..., GoalPeriodClosed]:
    """`missed(goal)`: that goal's week is over and was missed, or what is said instead."""

    def closed(goal: int, status: Status = "missed") -> GoalPeriodClosed:
        return GoalPeriodClosed(
            goal=GoalId(UUID(int=goal)),
            creator=CREATOR,
            project=PROJECT,
            metric="posts",
            period="weekly",
            period_start=datetime.fromisoformat("2026-03-22T23:00:00Z"),
            period_end=datetime.fromisoformat("2026-03-29T22:00:00Z"),
            target=Decimal(15),
            actual=Decimal(3),
            percentage=20,
            status=status,
        )

    return closed


@pytest.fixture
def advisory() -> Callable[[str], Event]:
    """`advisory("raised")`: the numbers of a goal are stale; `"cleared"`: no longer."""

    def said(what: str) -> Event:
        kind = GoalAdvisoryRaised if what == "raised" else GoalAdvisoryCleared
        return kind(
            goal=GoalId(UUID(int=50)),
            creator=CREATOR,
            project=PROJECT,
            flag="scrape_stale",
            message="Numbers were last refreshed 9.0 hours ago; every 6 hours is expected.",
            period_start=datetime.fromisoformat("2026-03-22T23:00:00Z"),
            period_end=datetime.fromisoformat("2026-03-29T22:00:00Z"),
        )

    return said
