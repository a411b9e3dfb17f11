"""Many who want the same thing at once: the last slots of a plan, and one handle."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddCreator, AddVideo, CreatorAdded, UpdateCreator, VideoAdded
from trackagoat.events.catalogue.words import Command, CreatorId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import OrgCreated, ProjectDeleted
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, heard, play, said
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.service import assembled

Pool = Any
SERVICE = assembled([], VAULT)
ORG = OrgId(UUID(int=7))
P, Q = ProjectId(UUID(int=1)), ProjectId(UUID(int=2))
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def pool(schema: Callable[[str], Awaitable[Pool]]) -> Pool:
    pool = await schema("ingest")
    await play(pool, SERVICE, [heard(OrgCreated(org=ORG, name="o", tier="free"), org=ORG, at=NOW, seq=1)])
    return pool


async def ask(pool: Pool, *commands: Command) -> list[Outcome]:
    return await handle(pool, SERVICE, Ask(org=ORG, command_id=clock.new_id(), at=NOW), commands)


def add(handle: str, project: ProjectId = P) -> AddCreator:
    return AddCreator(creator=CreatorId(clock.new_id()), project=project, tiktok_handle=handle, today=date(2026, 3, 1))


def url(n: int) -> str:
    return f"https://www.tiktok.com/@ana/video/{7_480_000_000_000_000_000 + n}"


def codes(answers: list[list[Outcome]]) -> Counter[str | None]:
    return Counter(one.refused.code if one.refused else None for answer in answers for one in answer)


async def test_parallel_bulk_adds_reach_exactly_the_cap(pool: Pool) -> None:
    bulks = [[add(f"c{bulk}_{n}") for n in range(4)] for bulk in range(4)]
    answers = await asyncio.gather(*(ask(pool, *bulk) for bulk in bulks))
    assert codes(answers) == {None: 5, "limit_reached": 11}
    assert len(await said(pool, CreatorAdded)) == 5
    refused = [one.refused for answer in answers for one in answer if one.refused]
    assert all(one.details == {"limitKey": "max_creators_per_org", "current": 5, "max": 5} for one in refused)


async def test_parallel_direct_adds_in_many_streams_reach_exactly_the_cap(pool: Pool) -> None:
    bulks = [
        [AddVideo(project=project, url=url(100 * bulk + n), now=NOW) for n in range(10)]
        for bulk, project in enumerate([P, Q, P, Q])
    ]
    answers = await asyncio.gather(*(ask(pool, *bulk) for bulk in bulks))
    assert codes(answers) == {None: 25, "limit_reached": 15}
    assert len(await said(pool, VideoAdded)) == 25
    again = await ask(pool, *bulks[0][:1])
    assert again[0].refused is not None
    assert again[0].refused.code in {"duplicate_video", "limit_reached"}


async def test_of_parallel_renames_to_one_handle_one_wins(pool: Pool) -> None:
    adds = [add(f"c{n}") for n in range(4)]
    await ask(pool, *adds)
    renames = [UpdateCreator(creator=one.creator, tiktok_handle="Wanted") for one in adds]
    answers = await asyncio.gather(*(ask(pool, one) for one in renames))
    assert codes(answers) == {None: 1, "handle_taken": 3}
    assert await pool.fetchval("SELECT count(*) FROM creators WHERE handle_key = 'wanted'") == 1


async def test_a_deleted_project_frees_what_its_creators_took(pool: Pool) -> None:
    await ask(pool, *(add(f"c{n}", P) for n in range(5)))
    assert codes([await ask(pool, add("late", Q))]) == {"limit_reached": 1}
    await play(pool, SERVICE, [heard(ProjectDeleted(project=P), org=ORG, at=NOW, seq=2)])
    assert codes([await ask(pool, *(add(f"d{n}", Q) for n in range(6)))]) == {None: 5, "limit_reached": 1}
    assert codes([await ask(pool, add("none", P))]) == {"not_found": 1}
