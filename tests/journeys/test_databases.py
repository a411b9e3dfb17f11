"""Every service in a database of its own: what they read of each other they read there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from trackagoat.embedded import Postgres
from trackagoat.events import clock
from trackagoat.events.host.migrate import migrate
from trackagoat.events.host.provision import SCHEMAS, provision, role
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.topology import SERVICES

Until = Callable[..., Awaitable[Any]]
SCHEMAS_THERE = "SELECT nspname FROM pg_namespace WHERE nspname = ANY($1)"


class Apart(Database):
    """A database for each service; the name is that of the first part of theirs."""

    def dsn(self, service: str | None = None) -> str:
        return self.of(service or "workspace", service)

    def of(self, owner: str, reader: str | None) -> str:
        """The database of the one as the role of the other."""
        name = f"{self.name}_{owner}"
        return self.server.dsn(
            name, **({} if reader is None else {"user": role(reader), "password": PASSWORDS[reader]})
        )


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[Apart]:
    apart = Apart(postgres, f"apart_{clock.new_id().hex}")
    admin = await asyncpg.connect(postgres.dsn())
    try:
        for service in SCHEMAS:
            await admin.execute(f"CREATE DATABASE {apart.name}_{service}")
            await provision(apart.of(service, None), PASSWORDS, [service])
        await asyncio.gather(*(migrate(service, apart.dsn(service)) for service in SCHEMAS))
        yield apart
    finally:
        for service in SCHEMAS:
            await admin.execute(f"DROP DATABASE IF EXISTS {apart.name}_{service} WITH (FORCE)")
        await admin.close()


@pytest.fixture
def told_each(database: Apart) -> Callable[[str], dict[str, Any]]:
    """Where each service reads the others."""
    return lambda reader: {f"{owner}_database_url": database.of(owner, reader) for owner in SERVICES}


async def test_a_scrape_reaches_totals_and_a_webhook_though_every_service_has_a_database_of_its_own(
    house: Any, database: Apart, receiver: Any, until: Until, noon: str
) -> None:
    for service in SCHEMAS:
        owner = await asyncpg.connect(database.dsn(service))
        assert [row[0] for row in await owner.fetch(SCHEMAS_THERE, SCHEMAS)] == [service]
        await owner.close()
    _, api = await house.org(noon)
    channel = await api.ok("POST", "/channels", {"kind": "webhook", "name": "hook", "config": {"url": receiver.url}})
    await api.ok("POST", "/alert-rules", {"name": "All", "channel_ids": [channel["id"]]})
    project = (await api.ok("POST", "/projects", {"name": "Spring"}))["id"]
    start = (clock.now() - timedelta(days=30)).date().isoformat()
    made = {"tiktok_handle": "daily_hay", "tracking_start_date": start}
    creator = (await api.ok("POST", f"/projects/{project}/creators", made))["id"]
    campaign = (await api.ok("POST", f"/projects/{project}/campaigns", {"name": "All"}))["id"]
    await api.ok("POST", f"/campaigns/{campaign}/items", {"item_type": "creator", "item_id": creator})

    async def counted() -> Any:
        return (await api.ok("GET", f"/campaigns/{campaign}"))["totals"]["views"]

    assert await until(counted, seconds=60) > 0
    target = {"creator_id": creator, "metric": "posts", "period": "daily", "target_value": 1000}
    goal = (await api.ok("POST", f"/projects/{project}/goals", target))["id"]

    async def delivered() -> Any:
        return receiver.got

    await until(delivered, seconds=60)
    assert [(a["kind"], a["entity"]["id"]) for a in await api.ok("GET", "/alerts")] == [("goal_at_risk", goal)]
    (row,) = await api.ok("GET", f"/projects/{project}/goal-compliance")
    assert [c["status"] for c in row["compliance"]] == ["at_risk"]
    assert (await api.ok("GET", f"/creators/{creator}"))["bio"], "sealed by ingest, opened with a key from there"
    assert {"creator.added", "campaign.created", "goal.created"} <= {e["type"] for e in await api.ok("GET", "/events")}
