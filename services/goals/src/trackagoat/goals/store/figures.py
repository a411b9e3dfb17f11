"""Figures asked of what was heard: posts, gains and followers of a creator in a span, as of an instant.

A span is [starts, ends); as of an instant means by what had been said before it. Gains telescope: what a post
gained in a span is its last level in it less the level before it, so snapshots may come late and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from trackagoat.events.catalogue.words import CreatorId, OrgId, VideoId
from trackagoat.events.sql import Db, read
from trackagoat.goals.store.goals import CreatorRow


class PostsRow(msgspec.Struct, frozen=True):
    """The answer to the n-th question."""

    nth: int
    posts: int


@read(
    """
    SELECT q.nth, count(*)::int AS posts
    FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
        AS q(nth, org, creator, starts, ends, as_of)
    JOIN video_states v ON v.creator = q.creator AND v.org = q.org AND v.counted
        AND v.since < q.as_of AND q.as_of <= v.until AND v.posted_at >= q.starts AND v.posted_at < q.ends
    WHERE NOT EXISTS (
        SELECT FROM absences a WHERE a.creator = q.creator AND a.since < q.as_of AND q.as_of <= a.until
    )
    GROUP BY q.nth
    """
)
async def posts(
    db: Db,
    nth: Sequence[int],
    orgs: Sequence[OrgId],
    creators: Sequence[CreatorId],
    starts: Sequence[datetime],
    ends: Sequence[datetime],
    as_of: Sequence[datetime],
) -> list[PostsRow]:
    """Goal-counted posts posted in each span; spans without one are left out."""
    ...


class GainRow(msgspec.Struct, frozen=True):
    """One counter's part of the answer to the n-th question; 1 to 5: views, likes, comments, shares, saves."""

    nth: int
    counter: int
    gain: Decimal


@read(
    """
    SELECT q.nth, c.counter, sum(latest.value - coalesce(
        before.value, CASE WHEN earliest.gathered THEN 0 ELSE earliest.value END
    )) AS gain
    FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::int[])
        AS q(nth, org, creator, starts, ends, as_of, counters)
    JOIN video_states v ON v.creator = q.creator AND v.org = q.org AND v.counted
        AND v.since < q.as_of AND q.as_of <= v.until
    CROSS JOIN generate_series(1, q.counters) AS c(counter)
    CROSS JOIN LATERAL (
        SELECT s.counters[c.counter] AS value FROM snapshots s
        WHERE s.video = v.video AND s.fetched_at >= q.starts AND s.fetched_at < q.ends AND s.said_at < q.as_of
            AND s.counters[c.counter] IS NOT NULL
        ORDER BY s.fetched_at DESC, s.source DESC LIMIT 1
    ) latest
    LEFT JOIN LATERAL (
        SELECT s.counters[c.counter] AS value FROM snapshots s
        WHERE s.video = v.video AND s.fetched_at < q.starts AND s.said_at < q.as_of
            AND s.counters[c.counter] IS NOT NULL
        ORDER BY s.fetched_at DESC, s.source DESC LIMIT 1
    ) before ON true
    LEFT JOIN LATERAL (
        SELECT s.counters[c.counter] AS value,
            v.origin = 'discovery' AND s.fetched_at <= v.posted_at + interval '24 hours' AND NOT EXISTS (
                SELECT FROM snapshots e WHERE e.video = s.video AND e.said_at < q.as_of
                    AND (e.fetched_at, e.source) < (s.fetched_at, s.source)
            ) AS gathered
        FROM snapshots s
        WHERE s.video = v.video AND s.fetched_at >= q.starts AND s.fetched_at < q.ends AND s.said_at < q.as_of
            AND s.counters[c.counter] IS NOT NULL
        ORDER BY s.fetched_at, s.source LIMIT 1
    ) earliest ON before.value IS NULL
    WHERE NOT EXISTS (
        SELECT FROM absences a WHERE a.creator = q.creator AND a.since < q.as_of AND q.as_of <= a.until
    )
    GROUP BY q.nth, c.counter
    """
)
async def gains(
    db: Db,
    nth: Sequence[int],
    orgs: Sequence[OrgId],
    creators: Sequence[CreatorId],
    starts: Sequence[datetime],
    ends: Sequence[datetime],
    as_of: Sequence[datetime],
    counters: Sequence[int],
) -> list[GainRow]:
    """Gains of goal-counted posts in each span, of the first so many counters.

    A first reading gains nothing, unless discovery found the post and it was read within 24 h after posting: then
    all of it. A counter without a reading in the span is left out.
    """
    ...


class FollowersRow(msgspec.Struct, frozen=True):
    """The answer to the n-th question."""

    nth: int
    gain: int


@read(
    """
    SELECT q.nth, coalesce(
        latest.followers - coalesce(before.followers, earliest.followers) - coalesce(anew.jumped, 0), 0
    ) AS gain
    FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
        AS q(nth, org, creator, starts, ends, as_of)
    LEFT JOIN LATERAL (
        SELECT p.followers FROM profile_snapshots p
        WHERE p.creator = q.creator AND p.org = q.org AND p.fetched_at >= q.starts AND p.fetched_at < q.ends
            AND p.said_at < q.as_of
        ORDER BY p.fetched_at DESC, p.source DESC LIMIT 1
    ) latest ON true
    LEFT JOIN LATERAL (
        SELECT p.followers FROM profile_snapshots p
        WHERE p.creator = q.creator AND p.org = q.org AND p.fetched_at < q.starts AND p.said_at < q.as_of
        ORDER BY p.fetched_at DESC, p.source DESC LIMIT 1
    ) before ON true
    LEFT JOIN LATERAL (
        SELECT p.followers FROM profile_snapshots p
        WHERE p.creator = q.creator AND p.org = q.org AND p.fetched_at >= q.starts AND p.fetched_at < q.ends
            AND p.said_at < q.as_of
        ORDER BY p.fetched_at, p.source LIMIT 1
    ) earliest ON true
    LEFT JOIN LATERAL (
        SELECT sum(r.jumped)::bigint AS jumped FROM (
            SELECT DISTINCT after.fetched_at, after.source, after.followers - p.followers AS jumped
            FROM renames r
            CROSS JOIN LATERAL (
                SELECT * FROM profile_snapshots s
                WHERE s.creator = q.creator AND s.org = q.org AND s.fetched_at >= r.at AND s.said_at < q.as_of
                ORDER BY s.fetched_at, s.source LIMIT 1
            ) after
            CROSS JOIN LATERAL (
                SELECT * FROM profile_snapshots s
                WHERE s.creator = q.creator AND s.org = q.org AND s.fetched_at < r.at AND s.said_at < q.as_of
                ORDER BY s.fetched_at DESC, s.source DESC LIMIT 1
            ) p
            WHERE r.creator = q.creator AND r.org = q.org AND r.at < q.ends
                AND after.fetched_at >= q.starts AND after.fetched_at < q.ends
        ) r
    ) anew ON true
    WHERE latest.followers IS NOT NULL OR before.followers IS NOT NULL
    """
)
async def followers(
    db: Db,
    nth: Sequence[int],
    orgs: Sequence[OrgId],
    creators: Sequence[CreatorId],
    starts: Sequence[datetime],
    ends: Sequence[datetime],
    as_of: Sequence[datetime],
) -> list[FollowersRow]:
    """Followers gained in each span; spans by whose end no profile was read are left out.

    The first reading after a rename gains nothing: it is of another account.
    """
    ...


class ReadingsRow(msgspec.Struct, frozen=True):
    """When an active creator was last read."""

    creator: CreatorId
    since: datetime
    scraped_at: datetime | None
    profile_read_at: datetime | None
    post_read_at: datetime | None
    youngest: datetime | None


@read(
    """
    SELECT c.creator, c.since, c.scraped_at, c.profile_read_at, max(r.fetched_at) AS post_read_at,
        max(coalesce(v.posted_at, v.known_at)) AS youngest
    FROM creators c
    LEFT JOIN video_states v ON v.creator = c.creator AND v.counted AND v.until = 'infinity'
    LEFT JOIN LATERAL (
        SELECT s.fetched_at FROM snapshots s WHERE s.video = v.video ORDER BY s.fetched_at DESC LIMIT 1
    ) r ON true
    WHERE c.creator = ANY($1::uuid[]) AND NOT c.removed AND NOT c.disabled
    GROUP BY c.creator
    """
)
async def readings(db: Db, creators: Sequence[CreatorId]) -> list[ReadingsRow]: ...


class AbsenceRow(msgspec.Struct, frozen=True):
    """A span in which a creator was removed; one that lasts ends with the calendar, for Python knows no infinity."""

    creator: CreatorId
    since: datetime
    until: datetime


@read(
    """
    SELECT creator, since, least(until, '9999-12-31 23:59:59.999999+00') AS until
    FROM absences WHERE creator = ANY($1::uuid[]) ORDER BY creator, since
    """
)
async def absences(db: Db, creators: Sequence[CreatorId]) -> list[AbsenceRow]: ...


@read("SELECT creator FROM creators WHERE org = $1 AND creator = ANY($2::uuid[]) AND removed ORDER BY creator")
async def removed(db: Db, org: OrgId, creators: Sequence[CreatorId]) -> list[CreatorRow]: ...


@read("SELECT timezone FROM orgs WHERE org = $1")
async def timezone(db: Db, org: OrgId) -> str | None: ...


@read("SELECT DISTINCT creator FROM video_states WHERE video = $1 AND creator IS NOT NULL ORDER BY creator")
async def owners(db: Db, video: VideoId) -> list[CreatorRow]:
    """Every creator the post belongs or belonged to."""
    ...


class ClockRow(msgspec.Struct, frozen=True):
    """The zone an org went by from `since` on."""

    org: OrgId
    since: datetime
    timezone: str


@read("SELECT org, since, timezone FROM zones WHERE org = ANY($1::uuid[]) ORDER BY org, since")
async def clocks(db: Db, orgs: Sequence[OrgId]) -> list[ClockRow]: ...


class HeardRow(msgspec.Struct, frozen=True):
    """How far these tables are with each source."""

    ingest: int
    workspace: int


@read(
    """
    SELECT coalesce(min(seq) FILTER (WHERE projection = 'figures' AND source = 'ingest'), 0) AS ingest,
        coalesce(min(seq) FILTER (WHERE projection = 'orgs' AND source = 'workspace'), 0) AS workspace
    FROM checkpoints WHERE projection = ANY('{figures, orgs}') AND partition >= 0
    """
)
async def _heard(db: Db) -> HeardRow: ...


_NEXT = "SELECT e.at FROM {0}.feed f JOIN {0}.events e USING (pos) WHERE f.seq > $1 ORDER BY f.seq LIMIT 1"


@read(_NEXT.format("ingest"))
async def _next_of_ingest(db: Db, seq: int) -> datetime | None: ...


@read(_NEXT.format("workspace"))
async def _next_of_workspace(db: Db, seq: int) -> datetime | None: ...


async def unheard_since(db: Db) -> datetime | None:
    """When the next fact of ingest or workspace was said that is not in these tables yet; None when all are.

    What is heard between the looks only makes it earlier than it had to be.
    """
    heard = await _heard(db)
    found = [await _next_of_ingest(db, heard.ingest), await _next_of_workspace(db, heard.workspace)]
    return min((at for at in found if at is not None), default=None)
