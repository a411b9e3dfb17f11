"""The peer of ingest: the same rows by hand, COPY for the history and one UPDATE for the levels, per batch."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.figures import Stopwatch
from benchmarks.scrapes import POSTS, SOURCE, Program
from trackagoat.events.catalogue.words import CreatorId, video_id

_TABLES = """
CREATE TABLE video_snapshots (
    org uuid NOT NULL, video uuid NOT NULL, fetched_at timestamptz NOT NULL, source text NOT NULL, view_count bigint,
    like_count bigint, comment_count bigint, share_count bigint, save_count bigint,
    PRIMARY KEY (video, fetched_at, source)
);
CREATE TABLE videos (
    video uuid PRIMARY KEY, org uuid NOT NULL, view_count bigint, like_count bigint, comment_count bigint,
    share_count bigint, save_count bigint, last_scraped_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX videos_viewed ON videos (org, view_count DESC NULLS LAST, video DESC);
"""
_COLUMNS = ("org", "video", "fetched_at", "source")
_COUNTS = ("view_count", "like_count", "comment_count", "share_count", "save_count")
_LEVELS = """
UPDATE videos v SET view_count = t.views, like_count = t.likes, comment_count = t.comments, share_count = t.shares,
    save_count = t.saves, last_scraped_at = t.at
FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
    AS t(video, at, views, likes, comments, shares, saves)
WHERE v.video = t.video
"""
Row = tuple[UUID, UUID, datetime, str, int | None, int | None, int | None, int | None, int | None]


class Raw:
    """The tables without the system."""

    def __init__(self, dsn: str, program: Program, writers: int) -> None:
        """`writers` connections write at once."""
        self._dsn, self._program, self._writers = dsn, program, writers

    async def prepare(self) -> None:
        """Tables, and a row per video."""
        connection = await asyncpg.connect(self._dsn)
        try:
            await connection.execute(_TABLES)
            videos = [(row[1], row[0]) for batch in self._program.batches() for row in self._rows(batch, 0)]
            await connection.copy_records_to_table("videos", records=videos, columns=["video", "org"])
            await connection.execute("ANALYZE")
        finally:
            await connection.close()

    async def record(self, first: int, rounds: int) -> float:
        """Video snapshots per second."""
        todo = iter(
            [list(self._rows(b, number)) for number in range(first, first + rounds) for b in self._program.batches()]
        )
        connections = [await asyncpg.connect(self._dsn) for _ in range(self._writers)]
        watch = Stopwatch()
        await asyncio.gather(*(_write(connection, todo) for connection in connections))
        rate = rounds * len(self._program.creators) * POSTS / watch.seconds
        await asyncio.gather(*(connection.close() for connection in connections))
        return rate

    def _rows(self, batch: Any, number: int) -> Iterator[Row]:
        for creator in batch:
            yield from self._of(creator, number)

    def _of(self, creator: CreatorId, number: int) -> Iterator[Row]:
        scrape = self._program.scrape(creator, number)
        for p in scrape.posts:
            video = video_id(self._program.project, p.tiktok_video_id)
            head = (self._program.org, video, scrape.fetched_at, SOURCE)
            yield (*head, p.views, p.likes, p.comments, p.shares, p.saves)


async def _write(connection: asyncpg.Connection[Any], todo: Iterator[list[Row]]) -> None:
    for rows in todo:
        async with connection.transaction():
            await connection.copy_records_to_table("video_snapshots", records=rows, columns=[*_COLUMNS, *_COUNTS])
            columns = list(zip(*rows, strict=True))
            await connection.execute(_LEVELS, columns[1], columns[2], *columns[4:])
