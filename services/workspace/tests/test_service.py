"""Workspace on a real PostgreSQL: what a reply means for the rows others read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.words import Command, KeyId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import (
    CreateApiKey,
    CreateOrg,
    CreateProject,
    DeleteProject,
    RevokeApiKey,
    UpdateOrg,
    UpdateProject,
)
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle
from trackagoat.events.testing.vault import SECRET_KEY
from trackagoat.workspace.service import service
from trackagoat.workspace.settings import Settings

Pool: TypeAlias = "asyncpg.Pool[Any]"
AT = datetime(2026, 3, 10, 8, tzinfo=UTC)
ORG = OrgId(UUID(int=1))
PROJECT, OTHER = ProjectId(UUID(int=10)), ProjectId(UUID(int=11))
SERVICE = service(Settings(database_url="postgresql://unused", secret_key=SECRET_KEY))


@pytest.fixture
async def db(schema: Callable[[str], Awaitable[Pool]]) -> Pool:
    return await schema("workspace")


async def ask(db: Pool, *commands: Command, at: datetime = AT, org: OrgId = ORG) -> list[Outcome]:
    return await handle(db, SERVICE, Ask(org=org, command_id=clock.new_id(), at=at), commands)


async def test_an_org_shows_as_soon_as_it_is_answered(db: Pool) -> None:
    await ask(db, CreateOrg(org=ORG, name="Blue", timezone="Europe/Berlin"))
    await ask(db, UpdateOrg(org=ORG, name="Red", video_stats_hours=12), at=AT + timedelta(hours=1))
    [row] = await db.fetch("SELECT * FROM orgs")
    assert dict(row) == {
        "org": ORG,
        "name": "Red",
        "timezone": "Europe/Berlin",
        "tier": "self_hosted",
        "video_stats_hours": 12,
        "discover_videos_hours": 6,
        "creator_profiles_hours": 24,
        "video_expiry_enabled": False,
        "previous_tier": None,
        "grace_until": None,
        "banned_at": None,
        "deleted_at": None,
        "created_at": AT,
        "updated_at": AT + timedelta(hours=1),
    }


async def test_nobody_speaks_for_another_org(db: Pool) -> None:
    await ask(db, CreateOrg(org=OrgId(UUID(int=2)), name="Blue"))
    assert await db.fetchval("SELECT org FROM orgs") == ORG


async def test_projects_come_change_and_go(db: Pool) -> None:
    await ask(db, CreateOrg(org=ORG, name="Blue"))
    bulk = [CreateProject(project=PROJECT, name="Spring", metadata={"a": 1}), CreateProject(project=OTHER, name="Fall")]
    assert [outcome.refused for outcome in await ask(db, *bulk)] == [None, None]
    await ask(
        db, UpdateProject(project=PROJECT, readme="notes", set_readme=True, metadata={"b": [1]}, set_metadata=True)
    )
    await ask(db, DeleteProject(project=OTHER))
    rows = await db.fetch("SELECT project, name, readme, metadata FROM projects")
    assert [tuple(row) for row in rows] == [(PROJECT, "Spring", "notes", {"a": 1, "b": [1]})]
    [gone] = await ask(db, DeleteProject(project=OTHER))
    assert gone.refused is not None
    assert gone.refused.code == "not_found"


async def test_of_two_calls_for_the_last_slot_one_gets_it(db: Pool) -> None:
    await ask(db, CreateOrg(org=ORG, name="Blue", tier="free"))
    racing = [ask(db, CreateProject(project=ProjectId(UUID(int=n)), name="A")) for n in range(10, 16)]
    outcomes = [outcome for [outcome] in await asyncio.gather(*racing)]
    assert sorted(o.refused.code if o.refused else "" for o in outcomes) == ["", *["limit_reached"] * 5]
    assert await db.fetchval("SELECT count(*) FROM projects") == 1


async def test_a_key_is_found_by_its_digest_and_says_when_it_was_revoked(db: Pool) -> None:
    await ask(db, CreateOrg(org=ORG, name="Blue"))
    key = KeyId(UUID(int=20))
    make = CreateApiKey(key=key, name="ci", prefix="tga_01234567", digest="d" * 64, scopes=["read", "write"])
    await ask(db, make)
    found = "SELECT scopes, revoked_at FROM api_keys WHERE digest = $1"
    assert [tuple(row) for row in await db.fetch(found, "d" * 64)] == [(["read", "write"], None)]
    await ask(db, RevokeApiKey(key=key), at=AT + timedelta(minutes=1))
    [again] = await ask(db, RevokeApiKey(key=key), at=AT + timedelta(minutes=2))
    assert again == Outcome()
    assert await db.fetchval("SELECT revoked_at FROM api_keys") == AT + timedelta(minutes=1)


async def test_an_expired_key_does_not_count(db: Pool) -> None:
    await ask(db, CreateOrg(org=ORG, name="Blue", tier="free"))
    old = CreateApiKey(key=KeyId(UUID(int=20)), name="a", prefix="tga_0", digest="a", scopes=["read"], expires_at=AT)
    new = CreateApiKey(key=KeyId(UUID(int=21)), name="b", prefix="tga_1", digest="b", scopes=["read"])
    assert (await ask(db, old, at=AT - timedelta(days=1)))[0].refused is None
    [early] = await ask(db, new, at=AT - timedelta(seconds=1))
    assert early.refused is not None
    assert early.refused.details == {"limitKey": "max_api_keys_per_org", "current": 1, "max": 1}
    assert (await ask(db, new, at=AT))[0].refused is None
