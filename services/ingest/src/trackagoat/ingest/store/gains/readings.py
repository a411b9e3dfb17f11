"""What a reading adds: written before the reading itself, while the rows still show what was known without it.

Of one counter, readings in which it is unknown are skipped, and of equal times the larger value holds. A reading gains
its value less the one before it. The first one gains nothing and is a baseline, unless it is the first reading of a
post that discovery found, within 24 hours after posting: then all of it was gathered while tracked. The first
follower count of a creator is always a baseline, and so is the first one after a rename: it sets the level anew.

A reading later than all others of its post (`plain`) is compared with the level in the row of the post. Whatever else
comes (`tangled`: late readings, several of a post in one set) is worked out twice, with and without what is new, over
the stretch it can touch: from the first new reading to the next old one that knows every counter.
"""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.catalogue.words import CreatorId, OrgId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write
from trackagoat.ingest.store.gains.sums import COUNTERS, SETTLE, parts, shift

PARTS = parts(*COUNTERS)
LEVELS = dict(zip(COUNTERS, ("view_count", "like_count", "comment_count", "share_count", "save_count"), strict=True))


def each(template: str, *, of: tuple[str, ...] = COUNTERS) -> str:
    """The template for each counter: {c} its name, {level} its level in the row of the post, {n} its number."""
    return ", ".join(template.format(c=c, level=LEVELS[c], n=n) for n, c in enumerate(of, 1))


_FRESH = f"""
WITH fresh AS (
    SELECT t.* FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::bigint[], $6::bigint[],
        $7::bigint[], $8::bigint[], $9::bigint[]) AS t(org, video, at, source, {", ".join(COUNTERS)})
    WHERE NOT EXISTS (
        SELECT FROM video_snapshots s WHERE s.video = t.video AND s.fetched_at = t.at AND s.source = t.source
    )
), post AS (
    SELECT f.video, min(f.at) AS since, max(f.at) AS until, count(*) AS readings FROM fresh f GROUP BY f.video
), known AS (
    SELECT p.*, v.org, v.gains_in, CASE WHEN c.gains_in_project THEN v.project END AS gains_in_too,
        v.first_scraped_at, v.last_scraped_at, {each("v.{level} AS {c}")},
        p.readings > 1 OR coalesce(p.since <= v.last_scraped_at, false) AS tangled,
        CASE WHEN v.origin = 'discovery' THEN v.posted_at + interval '24 hours' END AS gathered_until
    FROM post p JOIN videos v USING (video) LEFT JOIN creators c ON c.creator = v.gains_in
)
"""

_PLAIN = f"""
, plain AS (
    SELECT k.org, k.video, k.gains_in, k.gains_in_too, quarter(f.at) AS quarter, 1 AS readings,
        {each("CASE WHEN k.{c} IS NOT NULL THEN f.{c} - k.{c} WHEN k.gathered THEN f.{c} ELSE 0 END AS {c}")},
        {each("CASE WHEN k.{c} IS NULL AND NOT k.gathered THEN f.{c} END AS {c}_base")},
        {each("CASE WHEN k.{c} IS NULL AND f.{c} IS NOT NULL THEN 1 END AS {c}_firsts")},
        {each("CASE WHEN k.{c} IS NULL AND NOT k.gathered AND f.{c} IS NOT NULL THEN 1 END AS {c}_baselines")}
    FROM fresh f
    JOIN (
        SELECT *, first_scraped_at IS NULL AND gathered_until IS NOT NULL AND since <= gathered_until AS gathered
        FROM known WHERE NOT tangled
    ) k USING (video)
    WHERE num_nonnulls({each("f.{c}")}) > 0
)
"""

_PRIOR = """
    CASE WHEN k.since > k.last_scraped_at OR k.last_scraped_at IS NULL THEN k.{c} ELSE (
        SELECT s.{level} FROM video_snapshots s
        WHERE s.video = k.video AND s.fetched_at < k.since AND s.{level} IS NOT NULL
        ORDER BY s.fetched_at DESC, s.{level} DESC LIMIT 1
    ) END
"""
_TANGLED = f"""
, stretch AS (
    SELECT k.org, k.video, k.gains_in, k.gains_in_too, k.since, k.first_scraped_at, k.gathered_until,
        CASE WHEN k.until < k.last_scraped_at THEN (
            SELECT min(s.fetched_at) FROM video_snapshots s
            WHERE s.video = k.video AND s.fetched_at > k.until AND num_nulls({each("s.{level}")}) = 0
        ) END AS until,
        ARRAY[{each(_PRIOR)}] AS prior
    FROM known k WHERE k.tangled
), old AS (
    SELECT s.video, s.fetched_at AS at, {each("s.{level} AS {c}")}
    FROM stretch t JOIN video_snapshots s ON s.video = t.video AND s.fetched_at >= t.since
        AND s.fetched_at <= coalesce(t.until, 'infinity')
), new AS (
    SELECT f.video, f.at, {each("f.{c}")} FROM fresh f JOIN stretch USING (video)
), points AS (
    SELECT r.video, r.sign, c.n, r.at, max(c.value) AS value
    FROM (
        SELECT new.*, 1 AS sign FROM new UNION ALL SELECT old.*, 1 FROM old UNION ALL SELECT old.*, -1 FROM old
    ) AS r CROSS JOIN LATERAL (VALUES {each("({n}, r.{c})")}) AS c(n, value)
    WHERE c.value IS NOT NULL GROUP BY r.video, r.sign, c.n, r.at
), steps AS (
    SELECT p.video, p.sign, p.n, p.at, p.value,
        coalesce(lag(p.value) OVER (PARTITION BY p.video, p.sign, p.n ORDER BY p.at), t.prior[p.n]) AS before,
        coalesce(p.at <= t.gathered_until AND p.at = CASE WHEN p.sign = 1
            THEN least(t.first_scraped_at, t.since) ELSE t.first_scraped_at END, false) AS gathered
    FROM points p JOIN stretch t USING (video)
), told AS (
    SELECT video, quarter(at) AS quarter, n,
        sum(sign * CASE WHEN before IS NOT NULL THEN value - before WHEN gathered THEN value ELSE 0 END) AS gain,
        sum(sign * value) FILTER (WHERE before IS NULL AND NOT gathered) AS base,
        sum(sign) FILTER (WHERE before IS NULL) AS firsts,
        sum(sign) FILTER (WHERE before IS NULL AND NOT gathered) AS baselines
    FROM steps GROUP BY video, quarter(at), n
    UNION ALL
    SELECT video, quarter(at), 0, count(*), NULL, NULL, NULL FROM new
    WHERE num_nonnulls({each("{c}")}) > 0 GROUP BY video, quarter(at)
), tangled AS (
    SELECT t.org, t.video, t.gains_in, t.gains_in_too, quarter, coalesce(sum(gain) FILTER (WHERE n = 0), 0) AS readings,
        {each("sum(gain) FILTER (WHERE n = {n}) AS {c}")},
        {each("sum(base) FILTER (WHERE n = {n}) AS {c}_base")},
        {each("sum(firsts) FILTER (WHERE n = {n}) AS {c}_firsts")},
        {each("sum(baselines) FILTER (WHERE n = {n}) AS {c}_baselines")}
    FROM told JOIN stretch t USING (video) GROUP BY t.org, t.video, t.gains_in, t.gains_in_too, quarter
)
"""

_NOTED = f"""
, moved AS (
    SELECT org, video, gains_in, gains_in_too, quarter, readings::int, {each("coalesce({c}, 0)::bigint AS {c}")},
        {each("{c}_base::bigint")}, {each("{c}_firsts::smallint")}, {each("{c}_baselines::smallint")}
    FROM (SELECT * FROM plain UNION ALL SELECT * FROM tangled) AS both_ways
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
_VIDEO_ROWS = f"""
    SELECT m.org, d.subject, m.quarter, 1 AS sign, m.readings, {", ".join(f"m.{c}" for c in PARTS)}
    FROM moved m CROSS JOIN LATERAL (VALUES (m.gains_in), (m.gains_in_too)) AS d(subject)
    WHERE d.subject IS NOT NULL
"""


@write(
    _FRESH + _PLAIN + _TANGLED + _NOTED + shift(_VIDEO_ROWS, *COUNTERS) + SETTLE,
    key=("video", "fetched_at", "source"),
)
def gain_video(
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
    """What one reading of a post adds, unless it is stored already. All new ones of a post must be in one set."""


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


@write(_PROFILES + shift(_PROFILE_ROWS, "followers") + SETTLE, key=("creator", "fetched_at", "source"))
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
