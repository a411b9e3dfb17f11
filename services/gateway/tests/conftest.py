"""The whole product in one process, on a real PostgreSQL: the API in front, commands and facts handed over directly."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest
from aiohttp import ClientResponse, DummyCookieJar
from aiohttp.test_utils import TestClient, TestServer

from trackagoat.campaigns import service as campaigns
from trackagoat.campaigns import settings as campaigns_settings
from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import Post, ProfileReading, RecordScrape
from trackagoat.events.catalogue.words import Command, CreatorId, KeyId, OrgId, ProjectId, Scope
from trackagoat.events.catalogue.workspace import CreateApiKey, CreateOrg
from trackagoat.events.codec import decode_event
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.errors import Unavailable
from trackagoat.events.host.service import ASKER, DB, Service
from trackagoat.events.testing.play import handle, heard, play, work
from trackagoat.events.tokens import digest as digest_of
from trackagoat.gateway.service import service as gateway
from trackagoat.gateway.settings import Settings
from trackagoat.goals import service as goals
from trackagoat.goals import settings as goals_settings
from trackagoat.ingest import service as ingest
from trackagoat.ingest import settings as ingest_settings
from trackagoat.notifications import service as notifications
from trackagoat.notifications import settings as notifications_settings
from trackagoat.workspace import service as workspace
from trackagoat.workspace import settings as workspace_settings

Pool: TypeAlias = "asyncpg.Pool[Any]"
SECRET = base64.b64encode(bytes(range(32))).decode()
UNUSED: dict[str, Any] = {"database_url": "postgresql://unused", "secret_key": SECRET}


def services() -> dict[str, Service]:
    """Every service but the gateway."""
    made = [
        workspace.service(workspace_settings.Settings(**UNUSED, registration="open")),
        ingest.service(ingest_settings.Settings(**UNUSED, sources="")),
        campaigns.service(campaigns_settings.Settings(**UNUSED)),
        goals.service(goals_settings.Settings(**UNUSED)),
        notifications.service(notifications_settings.Settings(**UNUSED)),
    ]
    return {service.name: service for service in made}


class World:
    """The services and their pools: an Asker that decides at once, and tells everyone what was said."""

    def __init__(self, pools: dict[str, Pool]) -> None:
        self.pools, self.services = pools, services()
        self.asked: list[tuple[Ask, Sequence[Command]]] = []
        self.down = False
        self._told = dict.fromkeys(self.services, 0)
        self._settling = asyncio.Lock()

    async def ask(self, ask: Ask, commands: Sequence[Command], *, timeout: float = 5.0) -> list[Outcome]:
        self.asked.append((ask, commands))
        if self.down:
            message = "nobody answers"
            raise Unavailable(message)
        name = commands[0].service
        outcomes = await handle(self.pools[name], self.services[name], ask, commands)
        await self.settle()
        return outcomes

    async def settle(self) -> None:
        """Tell every service what the others said, until nobody says anything new."""
        async with self._settling:
            while any([await self._tell(name) for name in self.services]):
                pass

    async def _tell(self, speaker: str) -> bool:
        rows = await self.pools[speaker].fetch("SELECT * FROM events WHERE pos > $1 ORDER BY pos", self._told[speaker])
        if not rows:
            return False
        self._told[speaker] = rows[-1]["pos"]
        facts = [
            heard(
                decode_event(r["tag"], r["data"]),
                org=r["org"],
                at=r["at"],
                seq=r["pos"],
                stream=r["stream"],
                id=r["id"],
            )
            for r in rows
        ]
        for name, service in self.services.items():
            if name != speaker:
                await play(self.pools[name], service, facts)
        return True

    async def work(self, name: str, now: datetime) -> None:
        await work(self.pools[name], self.services[name], now)
        await self.settle()


class Api:
    """The API as one key sees it."""

    def __init__(self, client: TestClient[Any, Any], world: World, org: OrgId, key: str) -> None:
        self.client, self.world, self.org, self.key = client, world, org, key

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> ClientResponse:
        headers = {"Authorization": f"Bearer {self.key}"} | more.pop("headers", {})
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=headers, **more)

    async def get(self, path: str, **params: Any) -> Any:
        """The answer's JSON, which must be a success."""
        return await self._good(await self.call("GET", path, params={k.rstrip("_"): v for k, v in params.items()}))

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._good(await self.call("POST", path, body))

    async def patch(self, path: str, body: Any) -> Any:
        return await self._good(await self.call("PATCH", path, body))

    async def delete(self, path: str) -> Any:
        return await self._good(await self.call("DELETE", path))

    async def _good(self, response: ClientResponse) -> Any:
        answer = await response.json()
        assert response.status < 300, answer
        assert answer["error"] is None
        return answer

    async def refused(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str]:
        """The status and code of an answer that must be a failure."""
        response = await self.call(method, path, body, **more)
        answer = await response.json()
        assert set(answer) == {"data", "error", "meta"}
        assert answer["data"] is None, answer
        assert isinstance(answer["error"], str)
        return response.status, answer["meta"]["code"]

    async def project(self, name: str = "Spring") -> str:
        answer = await self.post("/projects", {"name": name})
        return str(answer["data"]["id"])

    async def creator(self, project: str, handle: str = "ana", **more: Any) -> str:
        answer = await self.post(f"/projects/{project}/creators", {"tiktok_handle": handle, **more})
        return str(answer["data"]["id"])

    async def campaign(self, project: str, name: str = "Push", **more: Any) -> str:
        answer = await self.post(f"/projects/{project}/campaigns", {"name": name, **more})
        return str(answer["data"]["id"])

    async def scrape(self, project: str, creator: str, *posts: Post, mode: Any = "auto", **profile: Any) -> None:
        command = RecordScrape(
            creator=CreatorId(UUID(creator)),
            project=ProjectId(UUID(project)),
            source="simulator",
            fetched_at=clock.now(),
            tracking_mode=mode,
            profile=ProfileReading(**profile) if profile else None,
            posts=list(posts),
        )
        assert (await self.tell(command)).refused is None

    async def tell(self, command: Command) -> Outcome:
        """Ask a service directly."""
        (outcome,) = await self.world.ask(ask_of(self.org), [command])
        return outcome

    def by(self, key: str) -> Api:
        """The API as another key of the org sees it."""
        return Api(self.client, self.world, self.org, key)

    @staticmethod
    def shot(number: int, handle: str = "ana", **more: Any) -> Post:
        """The n-th post of an account."""
        id = str(7_480_000_000_000_000_000 + number)
        return Post(
            tiktok_video_id=id, url=f"https://www.tiktok.com/@{handle}/video/{id}", author_handle=handle, **more
        )


class Person(Api):
    """The API as somebody who signed in sees it."""

    def __init__(self, client: TestClient[Any, Any], world: World, org: OrgId, cookie: str, answer: Any) -> None:
        super().__init__(client, world, org, "")
        self.cookie, self.csrf = cookie, answer["csrf_token"]
        self.user: dict[str, Any] = answer["user"]

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> ClientResponse:
        sent = {"Cookie": f"tga_session={self.cookie}", "X-CSRF-Token": self.csrf} | more.pop("headers", {})
        headers = {name: value for name, value in sent.items() if value is not None}
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=headers, **more)


PASSWORD = "correct horse battery"


async def signed(api: Any, path: str, body: Any) -> Person:
    """Whoever that call signs in."""
    response = await api.client.post(f"/api/v1{path}", json=body)
    answer = await response.json()
    assert response.status < 300, answer
    data = answer["data"]
    org = (data.get("org") or {}).get("id") or data["user"]["active_org_id"]
    return Person(api.client, api.world, OrgId(UUID(org)), response.cookies["tga_session"].value, data)


def ask_of(org: OrgId) -> Ask:
    return Ask(org=org, command_id=clock.new_id(), at=clock.now())


@pytest.fixture
async def world(schema: Callable[[str], Awaitable[Pool]]) -> World:
    return World({name: await schema(name) for name in (*services(), "gateway")})


Enter = Callable[..., Awaitable[Api]]


@pytest.fixture
async def enter(world: World) -> AsyncIterator[Enter]:
    """`await enter()`: the API for a fresh org with a key of all scopes; settings and scopes may be named."""
    clients: list[TestClient[Any, Any]] = []

    async def made(
        scopes: Sequence[Scope] = ("read", "write"), org: OrgId | None = None, per_minute: int = 10_000, **more: Any
    ) -> Api:
        if not clients:
            settings = Settings(**UNUSED, api_key_requests_per_minute=per_minute, **more)
            app = gateway(settings).app
            assert app is not None
            app[DB], app[ASKER] = world.pools["gateway"], world
            clients.append(TestClient(TestServer(app), cookie_jar=DummyCookieJar()))
            await clients[0].start_server()
        if org is None:
            org = OrgId(clock.new_id())
            await world.ask(ask_of(org), [CreateOrg(org=org, name="Goat", timezone="Europe/Berlin")])
        key = f"tga_{clock.random_bytes(32).hex()}"
        command = CreateApiKey(
            key=KeyId(clock.new_id()), name="test", prefix=key[:12], digest=digest_of(key), scopes=list(scopes)
        )
        await world.ask(ask_of(org), [command])
        return Api(clients[0], world, org, key)

    yield made
    for client in clients:
        await client.close()


@pytest.fixture
async def api(enter: Enter) -> Api:
    return await enter()


Register = Callable[..., Awaitable[Person]]


@pytest.fixture
async def register(api: Api) -> Register:
    """`await register("ana")`: somebody with an account and an org of their own, or by an invitation."""

    async def made(who: str = "ana", **more: Any) -> Person:
        body = {"email": f"{who}@example.com", "password": PASSWORD, "name": who.title()}
        own = {} if "invitation_token" in more else {"org_name": f"{who.title()}'s"}
        return await signed(api, "/auth/register", {**body, **own, **more})

    return made


@pytest.fixture
def sign_in(api: Api) -> Register:
    """`await sign_in("ana")`: another session of somebody with an account."""

    async def made(who: str = "ana", password: str = PASSWORD) -> Person:
        return await signed(api, "/auth/login", {"email": f"{who}@example.com", "password": password})

    return made
