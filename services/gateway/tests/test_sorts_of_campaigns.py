"""Creators and videos of a campaign in every order there is, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trackagoat.events.catalogue.words import Json

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
POSTS: dict[str, list[tuple[int | None, int | None]]] = {
    "zoe": [(900, 5), (100, None)],
    "Ana": [(None, 3)],
    "bo": [(400, 1), (None, 4)],
    "cy": [],
}
"""Views and day of posting of each creator's posts."""


@pytest.fixture
async def campaign(api: Any) -> str:
    project, held = await api.project(), []
    for number, (handle, posts) in enumerate(POSTS.items()):
        creator = await api.creator(project, handle, tracking_start_date="2016-01-01")
        shots = [
            api.shot(10 * number + n, handle, views=views, posted_at=None if day is None else BEGIN + timedelta(day))
            for n, (views, day) in enumerate(posts)
        ]
        await api.scrape(project, creator, *shots)
        held.append({"item_type": "creator", "item_id": creator})
    inner, outer = await api.campaign(project, "Inner"), await api.campaign(project, "Outer")
    await api.post(f"/campaigns/{inner}/items", {"items": held})
    await api.post(f"/campaigns/{outer}/items", {"item_type": "campaign", "item_id": inner})
    return str(outer)


async def paged(api: Any, path: str, **asked: Json) -> list[Any]:
    """One row a page."""
    found, cursor = [], None
    while True:
        page = await api.get(path, limit=1, **asked, **({"cursor": cursor} if cursor else {}))
        found += page["data"]
        if (cursor := page["meta"]["nextCursor"]) is None:
            return found


async def test_creators_by_views_or_by_handle(api: Any, campaign: str) -> None:
    path = f"/campaigns/{campaign}/creators"
    by_handle = await paged(api, path, sort="tiktok_handle")
    assert [one["creator"]["tiktok_handle"] for one in by_handle] == ["Ana", "bo", "cy", "zoe"]
    by_views = await paged(api, path, sort="-views")
    assert [(one["creator"]["tiktok_handle"], one["totals"]["views"]) for one in by_views] == [
        ("zoe", 1_000),
        ("bo", 400),
        ("cy", 0),
        ("Ana", None),
    ]
    assert (await api.get(path))["data"] == by_views


async def test_videos_by_views_or_by_posting_with_the_unknown_last(api: Any, campaign: str) -> None:
    path = f"/campaigns/{campaign}/videos"
    by_views = await paged(api, path, sort="-view_count")
    assert [one["view_count"] for one in by_views] == [900, 400, 100, None, None]
    by_day = await paged(api, path, sort="-posted_at")
    days = [one["posted_at"] for one in by_day]
    known = [day for day in days if day is not None]
    assert known == sorted(known, reverse=True)
    assert days[len(known) :] == [None] * (5 - len(known))
    assert {one["id"] for one in by_day} == {one["id"] for one in by_views}
    assert (await api.get(path))["data"] == by_views
