"""Jobs as rows: the latest of each kind and entity, as it goes; and triggers by hand, day by day.

What is read when stands in the due rows; these tell about it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest import JobKind, SourceOutcome
from trackagoat.events.catalogue.words import CreatorId, OrgId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write

Trigger = Literal["schedule", "manual", "system"]
Ended = Literal["queued", "waiting", "succeeded", "failed"]

_REFRESHED = "v.tracking_status <> 'excluded' AND NOT v.removed AND NOT v.hidden AND NOT v.tracking_disabled"
_WANTED = f"""
SELECT k.kind, c.creator AS entity, c.org FROM creators c JOIN unnest($4::text[]) AS k(kind) ON k.kind <> 'video_stats'
WHERE c.org = $1 AND c.creator = $2 AND $3::uuid IS NULL
UNION ALL
SELECT 'video_stats', v.video, v.org FROM videos v
WHERE v.org = $1 AND v.creator_id = $2 AND $3::uuid IS NULL AND 'video_stats' = ANY ($4::text[]) AND {_REFRESHED}
UNION ALL
SELECT 'video_stats', v.video, v.org FROM videos v WHERE v.org = $1 AND v.video = $3 AND {_REFRESHED}
"""
_BUSY = "(d.due_at <= $5 OR d.lease_until > $5)"


@read(
    f"""
    SELECT DISTINCT w.kind FROM ({_WANTED}) AS w LEFT JOIN due d ON d.kind = w.kind AND d.key = w.entity::text
    WHERE {_BUSY} IS NOT TRUE
    """
)
async def idle(
    db: Db, org: OrgId, creator: CreatorId | None, video: VideoId | None, kinds: list[JobKind], now: datetime
) -> list[JobKind]:
    """The kinds of which not every job of that creator, or video, is queued or running."""


@read(
    f"""
    WITH noted AS (
        INSERT INTO scrape_jobs AS j (kind, entity, org, trigger, status, queued_at)
        SELECT w.kind, w.entity, w.org, 'schedule', 'queued', d.due_at
        FROM ({_WANTED}) AS w JOIN due d ON d.kind = w.kind AND d.key = w.entity::text WHERE {_BUSY}
        ON CONFLICT (kind, entity) DO UPDATE SET trigger = excluded.trigger, status = excluded.status,
            queued_at = excluded.queued_at, outcome = NULL, source = NULL, attempts = 0, started_at = NULL,
            finished_at = NULL, retry_at = NULL, error = NULL
        WHERE j.status IN ('succeeded', 'failed')
        RETURNING 1
    )
    SELECT count(*) FROM noted
    """
)
async def note_queued(
    db: Db, org: OrgId, creator: CreatorId | None, video: VideoId | None, kinds: list[JobKind], now: datetime
) -> int:
    """Tell of jobs whose time has come by itself and that nobody has begun yet."""


class Subject(msgspec.Struct, frozen=True):
    """Who or what is to be read."""

    project: UUID
    creator_rests: bool
    video_rests: bool


@read(
    """
    SELECT project, NOT is_active AS creator_rests, false AS video_rests FROM creators
    WHERE org = $1 AND creator = $2 AND $3::uuid IS NULL
    UNION ALL
    SELECT v.project, c.is_active IS FALSE, v.tracking_disabled OR v.tracking_status = 'excluded'
    FROM videos v LEFT JOIN creators c ON c.creator = v.creator_id
    WHERE v.org = $1 AND v.video = $3 AND NOT v.removed
    """
)
async def subject(db: Db, org: OrgId, creator: CreatorId | None, video: VideoId | None) -> Subject | None:
    """The creator, or with `video` that one."""


_ANEW = """
    trigger = excluded.trigger, status = excluded.status, queued_at = excluded.queued_at, outcome = NULL,
    source = NULL, attempts = 0, started_at = NULL, finished_at = NULL, retry_at = NULL, error = NULL
"""


@write(
    f"""
    INSERT INTO scrape_jobs AS j (kind, entity, org, trigger, status, queued_at)
    SELECT t.kind, t.entity, t.org, t.trigger, 'queued', t.at
    FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[]) AS t(kind, entity, org, trigger, at)
    JOIN due d ON d.kind = t.kind AND d.key = t.entity::text
    ON CONFLICT (kind, entity) DO UPDATE SET {_ANEW}
    """,
    key=("kind", "entity"),
)
def queue(kind: JobKind, entity: UUID, org: OrgId, trigger: Trigger, at: datetime) -> Write:
    """A job that was made due is queued."""


_AHEAD = "least(t.at, (SELECT min(o.due_at) FROM due o WHERE o.kind = w.kind) - interval '1 microsecond')"


@write(
    f"""
    WITH t AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])
            AS t(org, creator, video, kind, at)
    ), wanted AS (
        SELECT t.kind, c.creator AS entity, c.org, t.at FROM t JOIN creators c ON c.creator = t.creator
        WHERE t.kind <> 'video_stats' AND c.is_active
        UNION ALL
        SELECT t.kind, v.video, v.org, t.at FROM t JOIN videos v
            ON v.video = t.video OR (t.video IS NULL AND v.creator_id = t.creator)
        WHERE t.kind = 'video_stats' AND v.org = t.org AND {_REFRESHED}
    ), pulled AS (
        INSERT INTO due AS d (kind, key, org, due_at, payload)
        SELECT w.kind, w.entity::text, w.org, {_AHEAD.replace("t.at", "w.at")},
            CASE WHEN w.kind = 'video_stats' THEN '{{"now": true}}'::jsonb END
        FROM wanted w
        ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, attempts = 0,
            payload = coalesce(excluded.payload, d.payload), fence = d.fence + 1, holder = NULL, lease_until = NULL
        WHERE d.due_at > excluded.due_at AND (d.lease_until IS NULL OR d.lease_until <= (SELECT max(t.at) FROM t))
            AND d.due_at > (SELECT max(t.at) FROM t)
        RETURNING d.kind, d.key, d.org
    )
    INSERT INTO scrape_jobs AS j (kind, entity, org, trigger, status, queued_at)
    SELECT p.kind, p.key::uuid, p.org, 'manual', 'queued', (SELECT max(t.at) FROM t) FROM pulled p
    ON CONFLICT (kind, entity) DO UPDATE SET {_ANEW}
    """,
    key=("creator", "video", "kind"),
)
def request(org: OrgId, creator: CreatorId | None, video: VideoId | None, kind: JobKind, at: datetime) -> Write:
    """Jobs of that kind are due before any that is scheduled, but for those that are queued or running already."""


@read(
    """
    WITH begun AS (
        INSERT INTO scrape_jobs AS j (kind, entity, org, trigger, status, attempts, queued_at, started_at)
        SELECT t.kind, t.entity, t.org, 'schedule', 'running', t.attempts + 1, t.due_at, $6
        FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::timestamptz[])
            AS t(kind, entity, org, attempts, due_at)
        ORDER BY t.kind, t.entity
        ON CONFLICT (kind, entity) DO UPDATE SET status = 'running', attempts = excluded.attempts,
            started_at = excluded.started_at, finished_at = NULL, retry_at = NULL,
            trigger = CASE WHEN j.finished_at IS NULL THEN j.trigger ELSE excluded.trigger END,
            queued_at = CASE WHEN j.finished_at IS NULL THEN j.queued_at ELSE excluded.queued_at END,
            outcome = CASE WHEN j.finished_at IS NULL THEN j.outcome END,
            source = CASE WHEN j.finished_at IS NULL THEN j.source END,
            error = CASE WHEN j.finished_at IS NULL THEN j.error END
        RETURNING 1
    )
    SELECT count(*) FROM begun
    """
)
async def begin(
    db: Db,
    kinds: list[str],
    entities: list[UUID],
    orgs: list[OrgId],
    attempts: list[int],
    due_at: list[datetime],
    now: datetime,
) -> int:
    """These jobs run from now on; one that was queued or waiting goes on, another begins in place of what was."""


@write(
    """
    UPDATE scrape_jobs j SET status = t.status, outcome = coalesce(t.outcome, j.outcome),
        source = coalesce(t.source, j.source), error = t.error, finished_at = t.finished_at, retry_at = t.retry_at
    FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
        $8::timestamptz[]) AS t(kind, entity, status, outcome, source, error, finished_at, retry_at)
    WHERE j.kind = t.kind AND j.entity = t.entity
    """,
    key=("kind", "entity"),
)
def end(
    kind: str,
    entity: UUID,
    status: Ended,
    outcome: SourceOutcome | None,
    source: str | None,
    error: str | None,
    finished_at: datetime | None,
    retry_at: datetime | None,
) -> Write:
    """A run of the job came to that."""


@write(
    "DELETE FROM scrape_jobs j USING unnest($1::text[], $2::uuid[]) AS t(kind, entity) "
    "WHERE j.kind = t.kind AND j.entity = t.entity",
    key=("kind", "entity"),
)
def drop(kind: str, entity: UUID) -> Write:
    """What the job would read is read no longer."""


@write(
    """
    DELETE FROM scrape_jobs j USING (
        SELECT k.kind, t.creator AS entity FROM unnest($1::uuid[]) AS t(creator)
        CROSS JOIN (VALUES ('creator_profiles'), ('discover_videos')) AS k(kind)
        UNION ALL
        SELECT 'video_stats', v.video FROM unnest($1::uuid[]) AS t(creator) JOIN videos v ON v.creator_id = t.creator
    ) AS o
    WHERE j.kind = o.kind AND j.entity = o.entity
    """
)
def forget(creator: CreatorId) -> Write:
    """Jobs about a creator and its posts are gone, with what sources said in them."""


@write(
    """
    INSERT INTO manual_triggers AS m (org, day, used)
    SELECT t.org, t.day, 1 FROM unnest($1::uuid[], $2::date[]) AS t(org, day)
    ON CONFLICT (org, day) DO UPDATE SET used = m.used + 1
    """,
    key=("org", "day"),
)
def use_trigger(org: OrgId, day: date) -> Write:
    """One more reading was asked for by hand on that day."""
