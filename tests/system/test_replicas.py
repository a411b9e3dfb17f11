"""Two replicas of campaigns share the lanes; one is killed, and the other goes on where it stopped."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trackagoat.embedded import Nats
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker, connect_asker
from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign
from trackagoat.events.catalogue.ingest import AddCreator, Post, RecordScrape
from trackagoat.events.catalogue.words import CampaignId, Command, CreatorId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import CreateOrg, CreateProject
from trackagoat.events.envelope import Ask
from trackagoat.events.host.run import running
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.testing.vault import SECRET_KEY

ORGS, ROUNDS, POSTS = 16, 6, 5
LEASE_SECONDS = 2
POSTED = datetime(2026, 3, 10, 8, tzinfo=UTC)
_HOLDERS = """
SELECT holder::text, count(*) FROM leases WHERE name LIKE 'lane %' AND until > clock_timestamp() GROUP BY holder
"""
Until = Callable[..., Awaitable[Any]]
Schema = Callable[[str], Awaitable[Any]]


class Program:
    """An organization with one creator in one campaign."""

    def __init__(self) -> None:
        self.org, self.project = OrgId(clock.new_id()), ProjectId(clock.new_id())
        self.creator, self.campaign = CreatorId(clock.new_id()), CampaignId(clock.new_id())

    def beginning(self) -> list[Command]:
        return [
            CreateOrg(org=self.org, name="An org"),
            CreateProject(project=self.project, name="A project"),
            AddCreator(creator=self.creator, project=self.project, tiktok_handle="goat", today=POSTED.date()),
            CreateCampaign(campaign=self.campaign, project=self.project, name="All"),
        ]

    def scrape(self, number: int) -> RecordScrape:
        posts = [
            Post(
                tiktok_video_id=f"73000000000000000{n:02}",
                url=f"https://www.tiktok.com/@goat/video/73000000000000000{n:02}",
                posted_at=POSTED,
                views=number * 100 + n,
            )
            for n in range(POSTS)
        ]
        at = POSTED + timedelta(hours=number)
        return RecordScrape(
            creator=self.creator,
            project=self.project,
            source="test",
            fetched_at=at,
            tracking_mode="auto",
            posts=posts,
        )

    def placing(self) -> AddItem:
        return AddItem(campaign=self.campaign, project=self.project, item_type="creator", item=self.creator)


@pytest.fixture
async def others(database: Database, nats_server: Nats) -> AsyncIterator[BusAsker]:
    """Workspace and ingest, running, and a way to ask."""
    async with contextlib.AsyncExitStack() as stack:
        for name in ("workspace", "ingest"):
            settings = importlib.import_module(f"trackagoat.{name}.settings").Settings.model_validate(
                environment(database, nats_server, name)
            )
            build = importlib.import_module(f"trackagoat.{name}.service").service
            await stack.enter_async_context(running(build(settings), settings))
        bus, asker = await connect_asker(nats_server.url, "operator", PASSWORDS["operator"])
        stack.push_async_callback(bus.close)
        yield asker


@pytest.fixture
async def replicas(database: Database, nats_server: Nats) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Two processes of campaigns."""
    told = {name.upper(): str(value) for name, value in environment(database, nats_server, "campaigns").items()}
    command = (sys.executable, "-m", "trackagoat.campaigns")
    started = [await asyncio.create_subprocess_exec(*command, env=os.environ | told) for _ in range(2)]
    yield started
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def environment(database: Database, server: Nats, service: str) -> dict[str, Any]:
    return {
        "database_url": database.dsn(service),
        "nats_url": server.url,
        "nats_user": service,
        "nats_password": PASSWORDS[service],
        "secret_key": SECRET_KEY,
        "sources": "",
        "lease_seconds": LEASE_SECONDS,
        "log_level": "warning",
    }


async def test_one_of_two_replicas_is_killed_and_every_fact_counts_once(
    schema: Schema, others: BusAsker, replicas: list[asyncio.subprocess.Process], until: Until
) -> None:
    pool = await schema("campaigns")
    programs = [Program() for _ in range(ORGS)]
    await until(lambda: _shared(pool, [4, 4]))
    await asyncio.gather(*(_ask(others, program.org, *program.beginning()) for program in programs))
    heard = "SELECT count(*) = $1 FROM creators"
    await until(lambda: pool.fetchval(heard, ORGS))
    await asyncio.gather(*(_ask(others, program.org, program.placing()) for program in programs))
    for number in range(1, ROUNDS + 1):
        await asyncio.gather(*(_ask(others, program.org, program.scrape(number)) for program in programs))
        if number == ROUNDS // 2:
            os.kill(replicas[0].pid, signal.SIGKILL)
    await until(lambda: _shared(pool, [8]))
    expected = sum(ROUNDS * 100 + n for n in range(POSTS))
    totals = "SELECT count(*) = $1 FROM campaigns WHERE views_sum = $2 AND video_count = $3"
    await until(lambda: pool.fetchval(totals, ORGS, expected, POSTS), 60)
    assert await pool.fetchval("SELECT count(*) FROM parked") == 0


async def _shared(pool: Any, lanes: list[int]) -> bool:
    return sorted(row["count"] for row in await pool.fetch(_HOLDERS)) == lanes


async def _ask(asker: BusAsker, org: OrgId, *commands: Command) -> None:
    for command in commands:
        ask = Ask(org=org, command_id=clock.new_id(), at=clock.now())
        (outcome,) = await asker.ask(ask, [command], timeout=60)
        assert outcome.refused is None, (command, outcome)
