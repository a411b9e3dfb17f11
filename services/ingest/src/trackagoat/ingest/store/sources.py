"""Sources as rows: what orgs chose, how each is doing, when it may be called, and answers nobody understood."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import CreatorId, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write
from trackagoat.ingest.domain.sourcing import Standing


class Chosen(msgspec.Struct, frozen=True):
    """The sources an org chose by kind of job, in their order; None: those of the installation."""

    org: UUID
    creator_profiles: list[str] | None
    discover_videos: list[str] | None
    video_stats: list[str] | None


@read("SELECT org, creator_profiles, discover_videos, video_stats FROM source_choices WHERE org = ANY ($1::uuid[])")
async def chosen(db: Db, orgs: list[OrgId]) -> list[Chosen]:
    """What these orgs chose, if they did."""


@write(
    """
    INSERT INTO source_choices (org, creator_profiles, discover_videos, video_stats)
    SELECT t.org, split(t.profiles), split(t.posts), split(t.stats)
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS t(org, profiles, posts, stats)
    ON CONFLICT (org) DO UPDATE SET creator_profiles = excluded.creator_profiles,
        discover_videos = excluded.discover_videos, video_stats = excluded.video_stats
    """
)
def choose(org: OrgId, creator_profiles: str | None, discover_videos: str | None, video_stats: str | None) -> Write:
    """An org's choice; names are a line each."""


@read(
    """
    SELECT source, outcome, at, detail, rests_until, broken_since, strangers, probes, probe_at FROM source_standings
    """
)
async def standings(db: Db) -> list[Standing]:
    """How sources are doing, as far as there is anything to say."""


@write(
    """
    INSERT INTO source_standings AS s
    SELECT t.source, t.outcome, t.at, t.detail, t.rests, t.broken, split(t.strangers), t.probes, t.probe_at
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::timestamptz[],
        $7::text[], $8::int[], $9::timestamptz[])
        AS t(source, outcome, at, detail, rests, broken, strangers, probes, probe_at)
    ON CONFLICT (source) DO UPDATE SET outcome = excluded.outcome, at = excluded.at, detail = excluded.detail,
        rests_until = excluded.rests_until, broken_since = excluded.broken_since, strangers = excluded.strangers,
        probes = excluded.probes, probe_at = excluded.probe_at
    WHERE s.at <= excluded.at
    """
)
def stand(
    source: str,
    outcome: str,
    at: datetime,
    detail: str,
    rests_until: datetime | None,
    broken_since: datetime | None,
    strangers: str,
    probes: int,
    probe_at: datetime | None,
) -> Write:
    """How a source is doing from now on."""


@read(
    """
    INSERT INTO source_slots AS s (source, free_at) VALUES ($1, $2::timestamptz + $3::interval)
    ON CONFLICT (source) DO UPDATE SET free_at = greatest(s.free_at, $2) + $3
    WHERE s.free_at <= $2::timestamptz + $4::interval
    RETURNING free_at - $3::interval
    """
)
async def reserve(db: Db, source: str, now: datetime, spacing: timedelta, patience: timedelta) -> datetime | None:
    """The next free slot of a source, which is taken by this; None when that is further away than `patience`.

    A slot is no fact: one that is taken and never used costs a call, and nothing else.
    """


@read("SELECT free_at FROM source_slots WHERE source = $1")
async def free_at(db: Db, source: str) -> datetime | None:
    """When the next slot of a source is free."""


@write(
    """
    WITH t AS (
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::uuid[],
            $7::text[], $8::text[], $9::bigint[], $10::bytea[])
            AS t(id, at, source, kind, key, org, subject, detail, size, body)
    ), old AS (
        DELETE FROM raw_answers r USING (
            SELECT id, row_number() OVER (PARTITION BY source ORDER BY at DESC, id) AS place FROM raw_answers
            WHERE source IN (SELECT source FROM t)
        ) AS ranked
        WHERE r.id = ranked.id AND (ranked.place >= 50 OR r.at < (SELECT min(t.at) FROM t) - interval '30 days')
    )
    INSERT INTO raw_answers SELECT * FROM t ON CONFLICT DO NOTHING
    """
)
def park_answer(
    id: UUID,
    at: datetime,
    source: str,
    kind: str,
    key: str,
    org: OrgId,
    subject: str,
    detail: str,
    size: int,
    body: bytes,
) -> Write:
    """An answer that was not understood, for people to look at: the last 50 of a source, for 30 days."""


@write(
    """
    WITH t AS (SELECT creator FROM unnest($1::uuid[]) AS t(creator))
    DELETE FROM raw_answers WHERE key IN (
        SELECT creator::text FROM t UNION ALL SELECT v.video::text FROM videos v JOIN t ON v.creator_id = t.creator
    )
    """
)
def forget(creator: CreatorId) -> Write:
    """Answers about a creator, its profile, list and posts, are gone."""
