"""A reading of a post: its place in history, what it adds, and the levels it leaves, in one statement.

Of one counter, readings in which it is unknown are skipped, and of equal times the larger value holds. A reading gains
its value less the one before it. The first one gains nothing and is a baseline, unless it is the first reading of a
post that discovery found, within 24 hours after posting: then all of it was gathered while tracked.

A reading later than all others of its post (`plain`) is compared with the level in the row of the post. Whatever else
comes (`tangled`: late readings, several of a post in one set) is worked out twice, with and without what is new, over
the stretch it can touch: from the first new reading to the next old one that knows every counter. That is rare in
daily life and takes a plan many times as large, so it is a function of the database that is called when there is need.

A level is the last value that was known; an unknown one leaves it standing, a late one never overwrites a later one,
and of equal times the larger value holds. Each is kept with the time it was read at. A reading that is stored already
changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.catalogue.words import OrgId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write
from trackagoat.ingest.store.gains.sums import ADD, COUNTERS, parts, shift

PARTS = parts(*COUNTERS)
LEVELS = dict(zip(COUNTERS, ("view_count", "like_count", "comment_count", "share_count", "save_count"), strict=True))


def each(template: str, *, of: tuple[str, ...] = COUNTERS) -> str:
    """The template for each counter: {c} its name, {level} its level in the row of the post, {n} its number."""
    return ", ".join(template.format(c=c, level=LEVELS[c], n=n) for n, c in enumerate(of, 1))


_STORED = f"""
WITH fresh AS (
    INSERT INTO video_snapshots
    SELECT t.* FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bigint[], $8::bigint[], $9::bigint[]) AS t(org, video, fetched_at, source, {each("{level}")})
    JOIN videos v USING (video)
    ON CONFLICT DO NOTHING
    RETURNING video, fetched_at AS at, source, {each("{level} AS {c}")}
), known AS (
    SELECT f.*, v.org, v.gains_in, CASE WHEN c.gains_in_project THEN v.project END AS gains_in_too,
        v.first_scraped_at, {each("v.{level} AS {c}_level")},
        CASE WHEN v.origin = 'discovery' THEN v.posted_at + interval '24 hours' END AS gathered_until,
        count(*) OVER (PARTITION BY f.video) > 1 OR coalesce(f.at <= v.last_scraped_at, false) AS tangled
    FROM fresh f JOIN videos v USING (video) LEFT JOIN creators c ON c.creator = v.gains_in
)
"""

_MOVED = f"""
, plain AS (
    SELECT org, video, gains_in, gains_in_too, quarter(at) AS quarter, 1 AS readings,
        {each("coalesce({c} - {c}_level, CASE WHEN {c}_level IS NULL AND gathered THEN {c} END, 0) AS {c}")},
        {each("CASE WHEN {c}_level IS NULL AND NOT gathered THEN {c} END AS {c}_base")},
        {each("CASE WHEN {c}_level IS NULL AND {c} IS NOT NULL THEN 1::smallint END AS {c}_firsts")},
        {each("CASE WHEN {c}_level IS NULL AND NOT gathered AND {c} IS NOT NULL THEN 1::smallint END AS {c}_baselines")}
    FROM (
        SELECT *, first_scraped_at IS NULL AND coalesce(at <= gathered_until, false) AS gathered FROM known
        WHERE NOT tangled
    ) AS k
    WHERE num_nonnulls({each("{c}")}) > 0
), tangled AS (
    SELECT g.* FROM (
        SELECT array_agg(video) AS video, array_agg(at) AS at, {each("array_agg({c}) AS {c}")}
        FROM known WHERE tangled HAVING count(*) > 0
    ) AS k CROSS JOIN LATERAL tangled_gains(k.video, k.at, {each("k.{c}")}) AS g
), moved AS (
    SELECT * FROM plain UNION ALL SELECT * FROM tangled
), noted AS (
    INSERT INTO video_gains AS g (org, video, quarter, readings, {", ".join(PARTS)})
    SELECT org, video, quarter, readings, {", ".join(PARTS)} FROM moved
    ON CONFLICT (video, quarter) DO UPDATE
    SET readings = g.readings + excluded.readings, {each("{c} = g.{c} + excluded.{c}")},
        {each("{c}_base = nullif(coalesce(g.{c}_base, 0) + coalesce(excluded.{c}_base, 0), 0)")},
        {each("{c}_firsts = nullif(coalesce(g.{c}_firsts, 0) + coalesce(excluded.{c}_firsts, 0), 0)")},
        {each("{c}_baselines = nullif(coalesce(g.{c}_baselines, 0) + coalesce(excluded.{c}_baselines, 0), 0)")}
)
"""
_SUMS = f"""
    SELECT m.org, d.subject, m.quarter, 1 AS sign, m.readings, {", ".join(f"m.{c}" for c in PARTS)}
    FROM moved m CROSS JOIN LATERAL (VALUES (m.gains_in), (m.gains_in_too)) AS d(subject)
    WHERE d.subject IS NOT NULL
"""

_LAST = "(array_agg({c} ORDER BY at DESC, {c} DESC) FILTER (WHERE {c} IS NOT NULL))[1] AS {c}"
_LEVELLED = f"""
, summed AS ({{added}}), newest AS (
    SELECT video, at AS first_at, at AS last_at, source, {each("{c}")},
        {each("CASE WHEN {c} IS NOT NULL THEN at END AS {c}_at")}
    FROM known WHERE NOT tangled
    UNION ALL
    SELECT video, min(at), max(at), (array_agg(source ORDER BY at DESC, source COLLATE "C" DESC))[1],
        {each(_LAST)}, {each("max(at) FILTER (WHERE {c} IS NOT NULL) AS {c}_at")}
    FROM known WHERE tangled GROUP BY video
)
UPDATE videos v SET
    {each("{level} = later(v.{level}_at, v.{level}, n.{c}_at, n.{c}), {level}_at = greatest(v.{level}_at, n.{c}_at)")},
    stats_source = later(v.last_scraped_at, v.stats_source, n.last_at, n.source),
    first_scraped_at = least(v.first_scraped_at, n.first_at),
    last_scraped_at = greatest(v.last_scraped_at, n.last_at),
    misses = CASE WHEN v.misses = '{{{{}}}}' THEN v.misses ELSE failing(v.misses, n.last_at) END,
    availability = CASE WHEN n.last_at >= v.availability_at THEN 'available' ELSE v.availability END,
    availability_at = greatest(v.availability_at, n.last_at)
FROM newest n WHERE v.video = n.video
"""


@write(
    _STORED + _MOVED + shift(_SUMS, *COUNTERS) + _LEVELLED.format(added=ADD),
    key=("video", "fetched_at", "source"),
)
def read_video(
    org: OrgId,
    video: VideoId,
    fetched_at: datetime,
    source: str,
    views: int | None,
    likes: int | None,
    comments: int | None,
    shares: int | None,
    saves: int | None,
) -> Write:
    """One reading of a post. All new ones of a post must be in one set."""
