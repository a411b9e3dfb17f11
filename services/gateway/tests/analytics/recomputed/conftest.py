"""Programs to recompute: a generated one, and the one of a file that `TRACKAGOAT_TEST_SNAPSHOTS` names (CSV: handle,
followers, video_id, posted_at, scraped_at, counters). The product's import reads the file, and four lines of its own.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddCreator, RecordScrape
from trackagoat.events.catalogue.words import CreatorId, ProjectId
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle as answer
from trackagoat.ingest.sources import importing

Furnished = Callable[[], Awaitable[Any]]
ORG_ZONE = "Europe/Berlin"
COUNTERS = ("views", "likes", "comments", "shares", "saves")
SPANS = {"generated": ("2026-03-05", "2026-04-02"), "file": ("2025-03-03", "2025-05-20")}
FILE = os.environ.get("TRACKAGOAT_TEST_SNAPSHOTS")


def number(cell: str) -> int | None:
    """`541.2K`; whatever is no number is unknown."""
    times = {"K": 1_000, "M": 1_000_000, "B": 1_000_000_000}.get(cell[-1:], 1)
    try:
        return int((Decimal(cell.rstrip("KMB")) * times).to_integral_value(ROUND_HALF_UP))
    except ArithmeticError:
        return None


async def imported(api: Any, raw: Any, file: Path) -> dict[str, str]:
    """Have the product read the file; the creators by their handles."""
    found: dict[str, UUID] = {}
    ingest, org = (api.world.pools["ingest"], api.world.services["ingest"]), api.org
    project, now = ProjectId(UUID(raw.project)), clock.now()

    async def told(commands: list[Any]) -> None:
        outcomes = await answer(*ingest, Ask(org=org, command_id=clock.new_id(), at=now), commands)
        assert [one for one in outcomes if one.refused is not None] == []

    with file.open("rb") as lines:
        survey = importing.survey(importing.read(lines, zone=UTC, now=now))
    adding = []
    for key, one in survey.creators.items():
        found[key] = clock.new_id()
        first = one.start_date(ZoneInfo(ORG_ZONE))
        more: dict[str, Any] = {"today": now.date(), "tracking_start_date": first}
        adding.append(AddCreator(creator=CreatorId(found[key]), project=project, tiktok_handle=one.handle, **more))
    for n in range(0, len(adding), 200):
        await told(adding[n : n + 200])
    with file.open("rb") as lines:
        for batch in importing.plan(importing.read(lines, zone=UTC, now=now)):
            scrapes: list[Any] = [
                RecordScrape(
                    creator=CreatorId(found[scrape.handle.lower()]),
                    project=project,
                    source="import",
                    fetched_at=scrape.fetched_at,
                    tracking_mode="auto",
                    profile=scrape.profile,
                    posts=scrape.posts,
                )
                for scrape in batch.scrapes
            ]
            await told(scrapes)
    await api.world.settle()
    return {handle: str(id) for handle, id in found.items()}


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


async def of_file(api: Any, empty: Any, file: Path) -> Any:
    raw, video = empty
    raw.project = await api.project()
    ids = await imported(api, raw, file)
    raw.handles, raw.profiles = {id: handle for handle, id in ids.items()}, {id: [] for id in ids.values()}
    for row in rows_of(file):
        owner, at = ids[row["handle"].lower()], datetime.fromisoformat(row["scraped_at"]).replace(tzinfo=UTC)
        posted_at = datetime.fromisoformat(row["posted_at"]).replace(tzinfo=UTC)
        one = video(raw.project, row["video_id"], owner, posted_at)
        raw.videos.setdefault(one.id, one).readings.append((at, {c: number(row[c]) for c in COUNTERS}))
        if (fans := number(row["followers"])) is not None:
            raw.profiles[owner].append((at, fans))
    await grouped(api, raw)
    return raw


async def grouped(api: Any, raw: Any) -> None:
    """Some of it does not count, and three campaigns reach the rest in several ways."""
    owned = raw.owned()
    most = sorted(owned, key=lambda creator: (-len(owned[creator]), raw.handles[creator]))
    gone, excluded = most[7], owned[most[0]][1]
    await api.delete(f"/creators/{gone}")
    await api.patch(f"/videos/{excluded.id}", {"tracking_status": "excluded"})
    raw.removed.add(gone)
    excluded.counted = False
    loose = [owned[id][0].id for id in most[10:60]]
    for name in ("Inner", "Outer", "Empty"):
        raw.campaigns[name] = await api.campaign(raw.project, name)
    inner, outer, _ = raw.campaigns.values()
    raw.placed = [(inner, "creator", id) for id in (*most[:6], gone)] + [(outer, "campaign", inner)]
    raw.placed += [(outer, "creator", id) for id in most[4:20]] + [(outer, "video", id) for id in (*loose, excluded.id)]
    raw.placed += [(inner, "video", id) for id in loose[:20]]
    for campaign in (inner, outer):
        items = [{"item_type": kind, "item_id": item} for held, kind, item in raw.placed if held == campaign]
        assert (await api.post(f"/campaigns/{campaign}/items", {"items": items}))["data"]["results"]
    raw.held["Inner"] = {v.id for id in most[:6] for v in owned[id]} | set(loose[:20])
    raw.held["Outer"] = raw.held["Inner"] | {v.id for id in most[4:20] for v in owned[id]} | set(loose)
    raw.crew = {n: {v.owner for v in raw.counted(raw.held[n])} for n in ("Inner", "Outer")}
    raw.held["Empty"], raw.crew["Empty"] = set(), set()


GIVEN = pytest.mark.skipif(not FILE, reason="TRACKAGOAT_TEST_SNAPSHOTS names no file")


@pytest.fixture(params=["generated", pytest.param("file", marks=GIVEN)])
async def program(request: pytest.FixtureRequest, api: Any, empty: Any, furnished: Furnished) -> Any:
    """(the raw snapshots, first day, last day)."""
    raw = await of_file(api, empty, Path(FILE or "")) if request.param == "file" else await furnished()
    return raw, *SPANS[request.param]
