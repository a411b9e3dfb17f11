"""What is personal about creators is sealed before it is decided, and erased with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    CreatorErased,
    CreatorReactivated,
    CreatorRemoved,
    EraseCreator,
    ProfileReading,
    RecordScrape,
    RemoveCreator,
    StatsSnapshotted,
    UpdateCreator,
)
from trackagoat.events.catalogue.words import Command, CreatorId, OrgId, ProjectId
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, said
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.service import assembled

SERVICE = assembled([], VAULT)
ORG, P = OrgId(UUID(int=7)), ProjectId(UUID(int=1))
ANA, BEN = CreatorId(UUID(int=11)), CreatorId(UUID(int=12))
NOW = datetime(2025, 5, 1, tzinfo=UTC)
PROFILE = ProfileReading(followers=9, display_name="canary", bio="canary", avatar_url="https://canary")


_HAS = "SELECT count(*) FROM {} t WHERE t::text LIKE $1"


class Desk:
    """Asks, and looks at everything that is stored."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    async def ask(self, *commands: Command) -> list[Outcome]:
        return await handle(self.pool, SERVICE, Ask(org=ORG, command_id=clock.new_id(), at=NOW), commands)

    async def places(self, word: str) -> list[str]:
        """Tables in which the word stands."""
        tables = await self.pool.fetch(
            "SELECT table_name AS name FROM information_schema.tables "
            "WHERE table_schema = 'ingest' AND table_type = 'BASE TABLE'"
        )
        found = [row["name"] for row in tables if await self.pool.fetchval(_HAS.format(row["name"]), f"%{word}%")]
        return sorted(found)


@pytest.fixture
async def desk(schema: Callable[[str], Awaitable[Any]]) -> Desk:
    return Desk(await schema("ingest"))


def add(creator: CreatorId = ANA, **given: Any) -> AddCreator:
    whole = {"creator": creator, "project": P, "tiktok_handle": "ana", "today": date(2025, 4, 1)}
    return AddCreator(**{**whole, **given})


def scrape(at: datetime = NOW) -> RecordScrape:
    return RecordScrape(creator=ANA, project=P, source="import", fetched_at=at, tracking_mode="auto", profile=PROFILE)


async def test_nothing_personal_is_stored_in_clear(desk: Desk) -> None:
    await desk.ask(add(readme="canary"))
    await desk.ask(UpdateCreator(creator=ANA, display_name_override="canary"))
    await desk.ask(scrape())
    assert await desk.places("canary") == []
    assert await desk.places("sealed.v1.") == ["creators", "events", "outcomes"]


async def test_saying_the_same_again_changes_nothing(desk: Desk) -> None:
    await desk.ask(add(readme="canary"))
    assert await desk.ask(UpdateCreator(creator=ANA, readme="canary")) == [Outcome()]


async def test_who_comes_back_is_sealed_under_its_own_key(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(RemoveCreator(creator=ANA))
    await desk.ask(add(BEN, readme="back"))
    (event,) = await said(desk.pool, CreatorReactivated)
    assert (event.creator, event.readme) == (ANA, (await VAULT.subjects(desk.pool, ORG, [ANA]))[ANA].seal("back"))


async def test_an_erased_creator_is_removed_and_its_key_destroyed(desk: Desk) -> None:
    await desk.ask(add(readme="canary"))
    await desk.ask(scrape())
    await desk.ask(EraseCreator(creator=ANA))
    assert await desk.ask(EraseCreator(creator=ANA)) == [Outcome()]
    assert len(await said(desk.pool, CreatorRemoved)) == len(await said(desk.pool, CreatorErased)) == 1
    assert await desk.pool.fetchval("SELECT key FROM subject_keys WHERE subject = $1", ANA) is None
    row = await desk.pool.fetchrow("SELECT * FROM creators WHERE creator = $1", ANA)
    named = ("tiktok_handle", "tiktok_display_name", "bio", "avatar_url", "readme", "inactive_reason", "follower_count")
    assert [row[name] for name in named] == ["erased", None, None, None, None, "removed", 9]


async def test_what_is_read_of_an_erased_creator_later_is_not_recorded(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(EraseCreator(creator=ANA))
    await desk.ask(scrape(NOW + timedelta(hours=1)))
    assert await said(desk.pool, StatsSnapshotted) == []


async def test_an_erased_creator_does_not_come_back(desk: Desk) -> None:
    await desk.ask(add())
    await desk.ask(RemoveCreator(creator=ANA))
    await desk.ask(EraseCreator(creator=ANA))
    (outcome,) = await desk.ask(add(BEN, readme="another"))
    assert [(e["type"], e["creator"]) for e in outcome.events] == [("creator.added.v1", str(BEN))]
    (refused,) = await desk.ask(UpdateCreator(creator=ANA, readme="x"))
    assert refused.refused is not None
    assert refused.refused.code == "not_found"
