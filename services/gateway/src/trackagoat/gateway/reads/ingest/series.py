"""What was gained, bin by bin: sums over quarters of an hour between the instants named.

`bounds` are instants in order. Bin 0 lies before the first of them, bin n between the n-th and the one after it; what
lies at or after the last is left out. The lists of a row hold views, likes, comments, shares, saves and followers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read

COUNTERS = ("views", "likes", "comments", "shares", "saves")


class GainRow(msgspec.Struct, frozen=True):
    """What a subject gained in a bin, what first values set without gaining it, how many of these and baselines."""

    subject: UUID
    bin: int
    gained: list[int]
    base: list[int]
    firsts: list[int]
    baselines: list[int]


class PostRow(msgspec.Struct, frozen=True):
    """How many posts of a subject were posted in a bin."""

    subject: UUID
    bin: int
    posts: int


class WorthRow(msgspec.Struct, frozen=True):
    """What a video comes to, None when that is unknown."""

    video: UUID
    worth: int | None


def _sums(figures: Sequence[str | None]) -> str:
    """The four lists; None is a figure the table does not have."""
    lists = []
    for part, name in (("", "gained"), ("_base", "base"), ("_firsts", "firsts"), ("_baselines", "baselines")):
        sums = ["0" if f is None else f"coalesce(sum({f}{part}), 0)" for f in figures]
        lists.append(f"ARRAY[{', '.join(sums)}]::bigint[] AS {name}")
    return ", ".join(lists)


_BIN = "width_bucket(quarter, $3::timestamptz[])"
_BEFORE_END = "quarter < ($3::timestamptz[])[array_upper($3::timestamptz[], 1)]"


@read(
    f"""
    SELECT subject, {_BIN} AS bin, {_sums((*COUNTERS, "followers"))}
    FROM ingest.gains WHERE org = $1 AND subject = ANY ($2::uuid[]) AND {_BEFORE_END} GROUP BY 1, 2
    """
)
async def gains(db: Db, org: OrgId, subjects: Sequence[UUID], bounds: Sequence[datetime]) -> list[GainRow]:
    """Of creators and projects."""
    ...


@read(
    f"""
    SELECT video AS subject, {_BIN} AS bin, {_sums((*COUNTERS, None))}
    FROM ingest.video_gains WHERE org = $1 AND video = ANY ($2::uuid[]) AND {_BEFORE_END} GROUP BY 1, 2
    """
)
async def video_gains(db: Db, org: OrgId, videos: Sequence[UUID], bounds: Sequence[datetime]) -> list[GainRow]:
    """Of videos, counted or not."""
    ...


@read(
    f"""
    SELECT $4::uuid AS subject, {_BIN} AS bin, {_sums((None, None, None, None, None, "followers"))}
    FROM ingest.profile_gains WHERE org = $1 AND creator = ANY ($2::uuid[]) AND {_BEFORE_END} GROUP BY 2
    """
)
async def follower_gains(
    db: Db, org: OrgId, creators: Sequence[UUID], bounds: Sequence[datetime], subject: UUID
) -> list[GainRow]:
    """Of the followers of these creators together, as the subject's."""
    ...


_POSTS = """
    SELECT {subject} AS subject, width_bucket(posted_at, $3::timestamptz[]) AS bin, count(*)::int AS posts
    FROM ingest.videos
    WHERE org = $1 AND {subject} = ANY ($2::uuid[]) AND counted
        AND posted_at < ($3::timestamptz[])[array_upper($3::timestamptz[], 1)]
    GROUP BY 1, 2
"""


@read(_POSTS.format(subject="creator_id"))
async def creator_posts(db: Db, org: OrgId, creators: Sequence[UUID], bounds: Sequence[datetime]) -> list[PostRow]:
    """Counted posts of creators."""
    ...


@read(_POSTS.format(subject="project"))
async def project_posts(db: Db, org: OrgId, projects: Sequence[UUID], bounds: Sequence[datetime]) -> list[PostRow]:
    """Counted posts of projects."""
    ...


def _biggest(counter: str, *, levels: bool) -> Callable[..., Awaitable[list[WorthRow]]]:
    """By what was gained in [start, end), or by the level at the end."""
    worth = f"g.{counter} + coalesce(g.{counter}_base, 0)" if levels else f"g.{counter}"
    since = "$5::timestamptz IS NOT NULL" if levels else "g.quarter >= $5"

    @read(
        f"""
        SELECT v.video, CASE WHEN EXISTS (
            SELECT FROM ingest.video_gains k WHERE k.video = v.video AND k.quarter < $6 AND k.{counter}_firsts > 0
        ) THEN coalesce(g.worth, 0) END::bigint AS worth
        FROM ingest.videos v CROSS JOIN LATERAL (
            SELECT sum({worth}) AS worth FROM ingest.video_gains g
            WHERE g.video = v.video AND {since} AND g.quarter < $6
        ) AS g
        WHERE v.org = $1 AND v.counted
            AND ($2::uuid IS NULL OR v.creator_id = $2) AND ($3::uuid IS NULL OR v.project = $3)
            AND ($4::uuid[] IS NULL OR v.video = ANY ($4::uuid[]))
        ORDER BY 2 DESC NULLS LAST, v.video LIMIT $7
        """
    )
    async def biggest(
        db: Db,
        org: OrgId,
        creator: UUID | None,
        project: UUID | None,
        videos: Sequence[UUID] | None,
        start: datetime,
        end: datetime,
        limit: int,
    ) -> list[WorthRow]: ...

    return biggest


BIGGEST: Mapping[tuple[str, str], Callable[..., Awaitable[list[WorthRow]]]] = {
    (counter, mode): _biggest(counter, levels=mode == "cumulative")
    for counter in COUNTERS
    for mode in ("new", "cumulative")
}
"""The counted videos of a creator, of a project or among those given that come to most, by counter and mode."""
