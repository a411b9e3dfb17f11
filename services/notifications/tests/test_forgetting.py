"""An erased creator is named nowhere any more, whatever is heard first, whatever is built anew."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.ingest import (
    CreatorAutoDisabled,
    CreatorErased,
    CreatorRenamed,
    CreatorUpdated,
    VideoAdded,
    VideoDiscovered,
    VideoUpdated,
)
from trackagoat.events.catalogue.notifications import AlertRaised
from trackagoat.events.catalogue.words import CreatorId, OrgId, ProjectId, VideoId
from trackagoat.events.testing.play import heard, said
from trackagoat.notifications.projections import shown

ORG = OrgId(UUID(int=1))
ANA, PROJECT, OTHER = CreatorId(UUID(int=3)), ProjectId(UUID(int=2)), CreatorId(UUID(int=4))
ERASED = CreatorErased(creator=ANA, project=PROJECT)
AT = datetime.fromisoformat("2026-03-10T08:00:00Z")
DISABLED = CreatorAutoDisabled(
    creator=ANA, project=PROJECT, tiktok_handle="ana", reason="not_found", failures=5, first_failure_at=AT
)
TABLES = ("alerts", "handles", "deliveries", "attempts", "public_events", "names", "due")


async def texts(desk: Any) -> str:
    """Every row of every read model, as text."""
    found = {table: await desk.rows(f"SELECT to_jsonb(t) AS row FROM {table} t") for table in TABLES}  # noqa: S608 - names of ours
    return json.dumps(found, default=str)


def posts() -> list[Any]:
    url = "https://www.tiktok.com/@ana/video/7480000000000000001"
    known: dict[str, Any] = {"video": VideoId(UUID(int=8)), "tiktok_video_id": "7480000000000000001", "creator_id": ANA}
    shown: dict[str, Any] = {"project": PROJECT, "url": url}
    adopted = VideoId(UUID(int=9))
    return [
        VideoDiscovered(**known, **shown, tracking_status="auto_tracked", author_handle="ana", title="ana sings"),
        VideoAdded(**shown, video=adopted, tiktok_video_id="7480000000000000002"),
        VideoUpdated(video=adopted, project=PROJECT, creator_id=ANA),
    ]


async def test_rows_feed_and_messages_name_nobody(desk: Any, receiver: Any, missed: Any) -> None:
    await desk.open(receiver.url)
    changed = CreatorUpdated(
        creator=ANA,
        project=PROJECT,
        tiktok_handle="ana",
        tracking_mode="auto",
        tracking_start_date=AT.date(),
        before={"tiktok_handle": "ana", "tracking_mode": "selective"},
    )
    renamed = CreatorRenamed(creator=ANA, project=PROJECT, from_="ana", to="anab")
    await desk.hear(missed(50), DISABLED, changed, *posts(), renamed)
    assert "@ana " in await texts(desk)
    await desk.hear(ERASED)
    await desk.hear(missed(51))
    await desk.work(desk.began)
    assert len(receiver.got) == 3
    everything = await texts(desk) + "".join(body.decode() for _, body in receiver.got)
    assert "ana sings" not in everything
    assert "@ana" not in everything
    assert '"ana' not in everything
    titles = [row["title"] for row in await desk.rows("SELECT title FROM alerts ORDER BY title")]
    assert titles[0].startswith("A creator is no longer scraped")
    assert titles[1:] == ["A creator missed the goal: 3 of 15 posts, 20 %, week to 29 March"] * 2


async def test_others_keep_their_names(desk: Any, missed: Any) -> None:
    await desk.hear(missed(50), DISABLED)
    before = await desk.rows("SELECT * FROM alerts ORDER BY alert")
    await desk.hear(CreatorErased(creator=OTHER, project=PROJECT))
    assert await desk.rows("SELECT * FROM alerts ORDER BY alert") == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_alerts_are_the_same_rows_in_whatever_order_the_services_are_heard(
    desk: Any, missed: Any, order: tuple[int, ...]
) -> None:
    await desk.hear(missed(50), DISABLED)
    own = [heard(alert, org=ORG, at=AT) for alert in await said(desk.db, AlertRaised)]
    facts = [*own, heard(ERASED, org=ORG, at=AT)]
    built = []
    for turn in (order, range(3)):
        await desk.db.execute("TRUNCATE alerts, erased")
        for n in turn:
            await desk.apply(list(shown.alerts([facts[n]])))
        built.append(await desk.rows("SELECT * FROM alerts ORDER BY alert"))
    assert built[0] == built[1]
    assert "@ana" not in str(built)


async def test_an_alert_that_comes_late_into_the_feed_names_nobody(desk: Any) -> None:
    await desk.hear(ERASED)
    await desk.hear(DISABLED)
    [row] = await desk.rows("SELECT data FROM public_events WHERE type = 'alert.raised'")
    assert row["data"]["payload"]["tiktok_handle"] is None
