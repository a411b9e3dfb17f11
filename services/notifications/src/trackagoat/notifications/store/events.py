"""The public events of an org, each at a position that never moves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import CreatorId, Json, OrgId, ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


@write(
    """
    WITH given AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::uuid[], $6::text[], $7::uuid[],
            $8::text[], $9::uuid[], $10::text[], $11::jsonb[]) WITH ORDINALITY
            AS t(org, event, type, at, project, subject_type, subject, actor_type, actor, request, data, nth)
    ), clock AS (
        SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS floor
    ), moved AS (
        INSERT INTO public_heads AS h (org, head, added)
        SELECT org, clock.floor + count(*), count(*) FROM given, clock GROUP BY org, clock.floor ORDER BY org
        ON CONFLICT (org) DO UPDATE SET head = greatest(h.head + excluded.added, excluded.head), added = excluded.added
        RETURNING org, head - added AS before
    )
    INSERT INTO public_events (org, position, event, type, occurred_at, recorded_at, project, subject_type, subject,
        actor_type, actor, request_id, data)
    SELECT g.org, m.before + row_number() OVER (PARTITION BY g.org ORDER BY g.nth), g.event, g.type, g.at,
        clock_timestamp(), g.project, g.subject_type, g.subject, g.actor_type, g.actor, g.request, g.data
    FROM given g JOIN moved m USING (org)
    ON CONFLICT (org, event) DO NOTHING
    """,
    key=(),
)
def add(
    org: OrgId,
    event: UUID,
    type: str,
    at: datetime,
    project: ProjectId | None,
    subject_type: str,
    subject: UUID,
    actor_type: str,
    actor: UUID | None,
    request_id: str | None,
    data: dict[str, Json],
) -> Write:
    """Put it at the next position of its org.

    The row of the head is locked until the commit, so positions show in their order. They begin at the microseconds
    since 1970: should the table ever be lost, new positions still come after every one that was handed out.
    """
    ...


@write(
    """
    INSERT INTO due (kind, key, org, due_at, payload)
    SELECT 'publish', t.event::text, t.org, t.at, jsonb_build_object('type', t.type, 'project', t.project)
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[]) AS t(org, event, type, project, at)
    WHERE EXISTS (SELECT FROM channel_settings c WHERE c.org = t.org AND c.event_types <> '{}' AND c.is_active)
    ORDER BY t.event ON CONFLICT DO NOTHING
    """,
    key=("event",),
)
def publish(org: OrgId, event: UUID, type: str, project: ProjectId | None, at: datetime) -> Write:
    """It is due to go to webhooks, in orgs where one asked for types of events. Most have none."""
    ...


class PublicRow(msgspec.Struct, frozen=True):
    """A public event as webhooks get it."""

    position: int
    event: UUID
    type: str
    occurred_at: datetime
    recorded_at: datetime
    project: UUID | None
    subject_type: str
    subject: UUID
    actor_type: str
    actor: UUID | None
    request_id: str | None
    data: dict[str, Json]


@read(
    """
    SELECT position, event, type, occurred_at, recorded_at, project, subject_type, subject, actor_type, actor,
        request_id, data
    FROM public_events WHERE org = $1 AND event = $2
    """
)
async def event(db: Db, org: OrgId, event: UUID) -> PublicRow | None: ...


@write(
    """
    WITH old AS (
        DELETE FROM public_events e USING unnest($1::timestamptz[]) AS t(before) WHERE e.recorded_at < t.before
        RETURNING e.org, e.position
    ), last AS (
        SELECT org, max(position) AS position FROM old GROUP BY org ORDER BY org
    )
    UPDATE public_heads h SET pruned = greatest(h.pruned, last.position) FROM last WHERE h.org = last.org
    """,
    key=("before",),
)
def prune(before: datetime) -> Write: ...


_FORGET = """
UPDATE public_events e SET data = e.data
    || (
        SELECT coalesce(jsonb_object_agg(name, NULL), '{}') FROM jsonb_object_keys(e.data) AS name
        WHERE name IN ('tiktok_handle', 'author_handle', 'title', 'thumbnail_url')
            OR (e.type = 'creator.renamed' AND name IN ('from', 'to'))
    )
    || CASE WHEN e.data ? 'url'
        THEN jsonb_build_object('url', regexp_replace(e.data ->> 'url', '/@[^/]*/', '/@/')) ELSE '{}' END
    || CASE WHEN e.data -> 'before' ? 'tiktok_handle'
        THEN jsonb_build_object('before', e.data -> 'before' || '{"tiktok_handle": null}') ELSE '{}' END
    || CASE WHEN e.data -> 'payload' ? 'tiktok_handle'
        THEN jsonb_build_object('payload', e.data -> 'payload' || '{"tiktok_handle": null}') ELSE '{}' END
"""


@write(
    """
    WITH t AS (
        INSERT INTO public_erased (org, creator) SELECT * FROM unnest($1::uuid[], $2::uuid[])
        ON CONFLICT (creator) DO UPDATE SET org = excluded.org RETURNING org, creator
    ), posts AS (
        SELECT DISTINCT o.org, o.subject FROM public_events o
        JOIN t ON o.org = t.org AND o.data ->> 'creator_id' = t.creator::text WHERE o.subject_type = 'video'
    )
    """
    + _FORGET
    + """
    WHERE EXISTS (
        SELECT FROM t WHERE e.org = t.org AND (
            e.subject = t.creator OR e.data ->> 'creator_id' = t.creator::text
            OR e.data #>> '{payload,creator_id}' = t.creator::text
        )
    ) OR EXISTS (SELECT FROM posts p WHERE p.org = e.org AND p.subject = e.subject)
    """,
    key=("creator",),
)
def forget_creator(org: OrgId, creator: CreatorId) -> Write:
    """Nothing in the feed says any more whose account it was. It looks through the whole feed of the org."""
    ...


@write(
    _FORGET
    + """
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t(org, event, creator)
    JOIN public_erased x ON x.creator = t.creator WHERE e.org = t.org AND e.event = t.event
    """,
    key=("event",),
)
def forget_erased(org: OrgId, event: UUID, creator: UUID) -> Write:
    """The event does not say who it is about, if that creator asked to be forgotten before it came."""
    ...
