"""What a reading of a profile adds: written before the reading itself, while the rows show what was known without it.

A reading gains its followers less those of the one before it. The first follower count of a creator is always a
baseline, and so is the first one after a rename: it sets the level anew.
"""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.catalogue.words import CreatorId, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write
from trackagoat.ingest.store.gains.sums import ADD, SETTLE, parts, shift

_COLUMNS = ", ".join(parts("followers"))
_PROFILES = f"""
WITH fresh AS (
    SELECT t.org, t.creator, t.at, t.followers
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[])
        AS t(org, creator, at, source, followers)
    WHERE t.followers IS NOT NULL AND NOT EXISTS (
        SELECT FROM creator_snapshots s WHERE s.creator = t.creator AND s.fetched_at = t.at AND s.source = t.source
    )
), stretch AS (
    SELECT c.org, c.creator, c.project, c.gains_in_project, f.since,
        (
            SELECT min(s.fetched_at) FROM creator_snapshots s
            WHERE s.creator = c.creator AND s.fetched_at > f.until AND s.follower_count IS NOT NULL
        ) AS until,
        c.renamed_at, p.at AS prior_at, p.followers AS prior
    FROM (SELECT creator, min(at) AS since, max(at) AS until FROM fresh GROUP BY creator) AS f
    JOIN creators c USING (creator)
    LEFT JOIN LATERAL (
        SELECT s.fetched_at AS at, s.follower_count AS followers FROM creator_snapshots s
        WHERE s.creator = c.creator AND s.fetched_at < f.since AND s.follower_count IS NOT NULL
        ORDER BY s.fetched_at DESC, s.follower_count DESC LIMIT 1
    ) AS p ON true
), old AS (
    SELECT s.creator, s.fetched_at AS at, s.follower_count AS followers
    FROM stretch t JOIN creator_snapshots s ON s.creator = t.creator AND s.fetched_at >= t.since
        AND s.fetched_at <= coalesce(t.until, 'infinity')
    WHERE s.follower_count IS NOT NULL
), points AS (
    SELECT creator, sign, at, max(followers) AS value, sum(is_new) AS readings
    FROM (
        SELECT creator, 1 AS sign, at, followers, 1 AS is_new FROM fresh
        UNION ALL SELECT creator, 1, at, followers, 0 FROM old
        UNION ALL SELECT creator, -1, at, followers, 0 FROM old
    ) AS r GROUP BY creator, sign, at
), steps AS (
    SELECT t.org, p.creator, CASE WHEN t.gains_in_project THEN t.project END AS gains_in_too, p.sign, p.at, p.value,
        p.readings, coalesce(lag(p.value) OVER w, t.prior) AS before,
        coalesce(lag(p.at) OVER w, t.prior_at) AS before_at, t.renamed_at
    FROM points p JOIN stretch t USING (creator)
    WINDOW w AS (PARTITION BY p.creator, p.sign ORDER BY p.at)
), judged AS (
    SELECT *, EXISTS (SELECT FROM unnest(renamed_at) AS n(at) WHERE n.at > before_at AND n.at <= s.at) AS anew
    FROM steps s
), moved AS (
    SELECT org, creator, gains_in_too, quarter(at) AS quarter, sum(readings)::int AS readings,
        coalesce(sum(sign * (value - before)) FILTER (WHERE NOT anew), 0)::bigint AS followers,
        coalesce(sum(sign * (value - coalesce(before, 0))) FILTER (WHERE before IS NULL OR anew), 0)::bigint
            AS followers_base,
        coalesce(sum(sign) FILTER (WHERE before IS NULL), 0)::int AS followers_firsts,
        coalesce(sum(sign) FILTER (WHERE before IS NULL OR anew), 0)::int AS followers_baselines
    FROM judged GROUP BY org, creator, gains_in_too, quarter(at)
), noted AS (
    INSERT INTO profile_gains AS g (org, creator, quarter, readings, {_COLUMNS})
    SELECT org, creator, quarter, readings, {_COLUMNS} FROM moved
    ON CONFLICT (creator, quarter) DO UPDATE SET readings = g.readings + excluded.readings,
        followers = g.followers + excluded.followers, followers_base = g.followers_base + excluded.followers_base,
        followers_firsts = g.followers_firsts + excluded.followers_firsts,
        followers_baselines = g.followers_baselines + excluded.followers_baselines
)
"""
_PROFILE_ROWS = f"""
    SELECT m.org, d.subject, m.quarter, 1 AS sign, m.readings, {_COLUMNS}
    FROM moved m CROSS JOIN LATERAL (VALUES (m.creator), (m.gains_in_too)) AS d(subject)
    WHERE d.subject IS NOT NULL
"""


@write(_PROFILES + shift(_PROFILE_ROWS, "followers") + ADD, key=("creator", "fetched_at", "source"))
def gain_profile(org: OrgId, creator: CreatorId, fetched_at: datetime, source: str, followers: int | None) -> Write:
    """What one reading of a profile adds, unless it is stored already. All new ones of a creator must be in one set."""


_ANEW = """
WITH moved AS (
    SELECT c.org, c.creator, CASE WHEN c.gains_in_project THEN c.project END AS gains_in_too, quarter(n.at) AS quarter,
        0 AS readings, p.followers - n.followers AS followers, n.followers - p.followers AS followers_base,
        0 AS followers_firsts, 1 AS followers_baselines
    FROM unnest($1::uuid[], $2::timestamptz[]) AS t(creator, at) JOIN creators c USING (creator)
    CROSS JOIN LATERAL (
        SELECT s.fetched_at AS at, s.follower_count AS followers FROM creator_snapshots s
        WHERE s.creator = c.creator AND s.fetched_at >= t.at AND s.follower_count IS NOT NULL
        ORDER BY s.fetched_at, s.follower_count DESC LIMIT 1
    ) AS n
    CROSS JOIN LATERAL (
        SELECT s.fetched_at AS at, s.follower_count AS followers FROM creator_snapshots s
        WHERE s.creator = c.creator AND s.fetched_at < t.at AND s.follower_count IS NOT NULL
        ORDER BY s.fetched_at DESC, s.follower_count DESC LIMIT 1
    ) AS p
    WHERE NOT EXISTS (SELECT FROM unnest(c.renamed_at) AS r(at) WHERE r.at > p.at AND r.at <= n.at)
), noted AS (
    UPDATE profile_gains g SET followers = g.followers + m.followers,
        followers_base = g.followers_base + m.followers_base,
        followers_baselines = g.followers_baselines + m.followers_baselines
    FROM moved m WHERE g.creator = m.creator AND g.quarter = m.quarter
)
"""


@write(_ANEW + shift(_PROFILE_ROWS, "followers") + SETTLE, key=("creator",))
def begin_anew(creator: CreatorId, at: datetime) -> Write:
    """The creator is renamed at that time: what the first reading from then on gained becomes what it set.

    Written before the rename itself; it matters when that reading is stored already.
    """
