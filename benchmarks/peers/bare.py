"""The list endpoint with nothing around it: aiohttp, asyncpg, msgspec. Runs under the product's Python."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import uvloop
from aiohttp import web

QUERY = """
SELECT video AS id, project AS project_id, creator_id, tiktok_video_id, url, content_type, origin, title,
    readme AS description, readme, metadata, author_handle, thumbnail_url, duration_seconds, posted_at, tracking_status,
    tracking_disabled, tracking_disabled_reason, tracking_disabled_at, availability, view_count, like_count,
    comment_count, share_count, save_count, stats_source, last_scraped_at, created_at, updated_at
FROM ingest.videos WHERE org = $1 AND counted ORDER BY created_at DESC, video DESC LIMIT 50
"""
POOL: web.AppKey[Any] = web.AppKey("pool", Any)
encode = msgspec.json.Encoder().encode


class Video(msgspec.Struct):
    id: UUID
    project_id: UUID
    creator_id: UUID | None
    tiktok_video_id: str
    url: str
    content_type: str
    origin: str
    title: str | None
    description: str | None
    readme: str | None
    metadata: dict[str, Any]
    author_handle: str | None
    thumbnail_url: str | None
    duration_seconds: int | None
    posted_at: datetime | None
    tracking_status: str
    tracking_disabled: bool
    tracking_disabled_reason: str | None
    tracking_disabled_at: datetime | None
    availability: str
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    stats_source: str | None
    last_scraped_at: datetime | None
    created_at: datetime
    updated_at: datetime


async def videos(request: web.Request) -> web.Response:
    rows = await request.app[POOL].fetch(QUERY, request.app[ORG])
    data = encode({"data": [Video(**row) for row in rows], "error": None})
    return web.Response(body=data, content_type="application/json")


ORG: web.AppKey[UUID] = web.AppKey("org", UUID)


async def prepared(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=str, decoder=msgspec.json.decode, format="text"
    )


async def app() -> web.Application:
    made = web.Application()
    made[POOL] = await asyncpg.create_pool(os.environ["DSN"], min_size=1, max_size=8, init=prepared)
    made[ORG] = UUID(os.environ["ORG"])
    made.router.add_get("/videos", videos)
    return made


if __name__ == "__main__":
    uvloop.install()
    web.run_app(app(), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
