"""Pruning: readings before an instant go, but for the last known value of each counter.

What is left of a post or profile is the last reading and, for every counter, the last one that knew it, so the level is
what it was and the first reading after the instant gains what it did. Gains are those of the readings that are left:
of them the first sets the level without gaining it, unless it is the first of all and was gathered while tracked.

What stays does not depend on the order in which readings and prunings came: a reading told before the pruning, or
within an hour after it, but written later is pruned when it is written (`settle_…`).
"""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.catalogue.words import CreatorId, OrgId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write
from trackagoat.ingest.store.gains.posts import LEVELS, PARTS, each
from trackagoat.ingest.store.gains.sums import COUNTERS, SETTLE, parts, shift

_PROFILE_COUNTERS = ("follower_count", "following_count", "total_likes_count", "video_count")


@write(
    """
    INSERT INTO pruned AS p (org, before, at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[])
    ON CONFLICT (org) DO UPDATE
    SET before = greatest(p.before, excluded.before), at = greatest(p.at, excluded.at)
    """
)
def mark(org: OrgId, before: datetime, at: datetime) -> Write:
    """Readings of the org before that instant are kept no longer."""


def _kept(counter: str, subject: str) -> str:
    """Whether a row is the last of its subject that knows the counter."""
    last = f'fetched_at DESC, {counter} DESC, source COLLATE "C" DESC'
    ranked = f"row_number() OVER (PARTITION BY {subject} ORDER BY ({counter} IS NULL), {last})"
    return f"({counter} IS NOT NULL AND {ranked} = 1)"


def _gone(subject: str, counters: tuple[str, ...]) -> str:
    """`old`: readings before the instant; `gone`: those of them that are deleted; `touched`: of whom."""
    table = f"{subject}_snapshots"
    newest = f'row_number() OVER (PARTITION BY {subject} ORDER BY fetched_at DESC, source COLLATE "C" DESC) = 1'
    return f"""
    , old AS (
        SELECT s.*, {" OR ".join([newest, *(_kept(c, subject) for c in counters)])} AS kept
        FROM whose w JOIN {table} s USING ({subject}) WHERE s.fetched_at < w.before
    ), gone AS (
        DELETE FROM {table} s USING old o WHERE NOT o.kept
            AND s.{subject} = o.{subject} AND s.fetched_at = o.fetched_at AND s.source = o.source
    ), touched AS (
        SELECT w.* FROM whose w WHERE EXISTS (SELECT FROM old o WHERE o.{subject} = w.{subject} AND NOT o.kept)
    )
    """


_OF_POSTS = """
SELECT v.org, v.video, v.gains_in, CASE WHEN c.gains_in_project THEN v.project END AS gains_in_too,
    v.first_scraped_at, CASE WHEN v.origin = 'discovery' THEN v.posted_at + interval '24 hours' END AS gathered_until,
    p.before
"""
_POSTS = f"""
, points AS (
    SELECT o.video, c.n, o.fetched_at AS at, max(c.value) AS value
    FROM old o JOIN touched USING (video) CROSS JOIN LATERAL (VALUES {each("({n}, o.{level})")}) AS c(n, value)
    WHERE o.kept AND c.value IS NOT NULL GROUP BY o.video, c.n, o.fetched_at
), steps AS (
    SELECT p.*, lag(p.value) OVER (PARTITION BY p.video, p.n ORDER BY p.at) AS before,
        coalesce(p.at <= t.gathered_until AND p.at = t.first_scraped_at, false) AS gathered
    FROM points p JOIN touched t USING (video)
), told AS (
    SELECT video, quarter(at) AS quarter, n,
        sum(CASE WHEN before IS NOT NULL THEN value - before WHEN gathered THEN value ELSE 0 END) AS gain,
        nullif(sum(value) FILTER (WHERE before IS NULL AND NOT gathered), 0) AS base,
        nullif(count(*) FILTER (WHERE before IS NULL), 0) AS firsts,
        nullif(count(*) FILTER (WHERE before IS NULL AND NOT gathered), 0) AS baselines
    FROM steps GROUP BY video, quarter(at), n
    UNION ALL
    SELECT video, quarter(fetched_at), 0, count(*), NULL, NULL, NULL FROM old JOIN touched USING (video)
    WHERE kept AND num_nonnulls({each("{level}")}) > 0 GROUP BY video, quarter(fetched_at)
), left_over AS (
    SELECT video, quarter, (sum(gain) FILTER (WHERE n = 0))::int AS readings,
        {each("coalesce(sum(gain) FILTER (WHERE n = {n}), 0)::bigint AS {c}")},
        {each("(sum(base) FILTER (WHERE n = {n}))::bigint AS {c}_base")},
        {each("(sum(firsts) FILTER (WHERE n = {n}))::smallint AS {c}_firsts")},
        {each("(sum(baselines) FILTER (WHERE n = {n}))::smallint AS {c}_baselines")}
    FROM told GROUP BY video, quarter
), were AS (
    SELECT g.* FROM video_gains g JOIN touched t USING (video) WHERE g.quarter < t.before
), ended AS (
    DELETE FROM video_gains g USING were w WHERE g.video = w.video AND g.quarter = w.quarter
        AND NOT EXISTS (SELECT FROM left_over l WHERE l.video = w.video AND l.quarter = w.quarter)
), kept AS (
    UPDATE video_gains g SET readings = l.readings, {", ".join(f"{c} = l.{c}" for c in PARTS)}
    FROM left_over l WHERE g.video = l.video AND g.quarter = l.quarter
)
"""
_POST_SUMS = f"""
    SELECT t.org, d.subject, m.quarter, m.sign, m.readings, {", ".join(f"m.{c}" for c in PARTS)}
    FROM (
        SELECT video, quarter, -1 AS sign, readings, {", ".join(PARTS)} FROM were
        UNION ALL SELECT video, quarter, 1, readings, {", ".join(PARTS)} FROM left_over
    ) m JOIN touched t USING (video) CROSS JOIN LATERAL (VALUES (t.gains_in), (t.gains_in_too)) AS d(subject)
    WHERE d.subject IS NOT NULL
"""
_PRUNE_POSTS = _gone("video", tuple(LEVELS[c] for c in COUNTERS)) + _POSTS + shift(_POST_SUMS, *COUNTERS) + SETTLE

_FOLLOWERS = parts("followers")
_PROFILES = f"""
, points AS (
    SELECT o.creator, o.fetched_at AS at, max(o.follower_count) AS value, count(*) AS readings
    FROM old o JOIN touched USING (creator)
    WHERE o.kept AND o.follower_count IS NOT NULL GROUP BY o.creator, o.fetched_at
), steps AS (
    SELECT p.*, lag(p.value) OVER w AS before, lag(p.at) OVER w AS before_at
    FROM points p WINDOW w AS (PARTITION BY p.creator ORDER BY p.at)
), judged AS (
    SELECT s.*, EXISTS (SELECT FROM unnest(c.renamed_at) AS n(at) WHERE n.at > s.before_at AND n.at <= s.at) AS anew
    FROM steps s JOIN creators c USING (creator)
), left_over AS (
    SELECT creator, quarter(at) AS quarter, sum(readings)::int AS readings,
        coalesce(sum(value - before) FILTER (WHERE NOT anew), 0)::bigint AS followers,
        coalesce(sum(value - coalesce(before, 0)) FILTER (WHERE before IS NULL OR anew), 0)::bigint AS followers_base,
        (count(*) FILTER (WHERE before IS NULL))::int AS followers_firsts,
        (count(*) FILTER (WHERE before IS NULL OR anew))::int AS followers_baselines
    FROM judged GROUP BY creator, quarter(at)
), were AS (
    SELECT g.* FROM profile_gains g JOIN touched t USING (creator) WHERE g.quarter < t.before
), ended AS (
    DELETE FROM profile_gains g USING were w WHERE g.creator = w.creator AND g.quarter = w.quarter
        AND NOT EXISTS (SELECT FROM left_over l WHERE l.creator = w.creator AND l.quarter = w.quarter)
), kept AS (
    UPDATE profile_gains g SET readings = l.readings, {", ".join(f"{c} = l.{c}" for c in _FOLLOWERS)}
    FROM left_over l WHERE g.creator = l.creator AND g.quarter = l.quarter
)
"""
_PROFILE_SUMS = f"""
    SELECT t.org, d.subject, m.quarter, m.sign, m.readings, {", ".join(f"m.{c}" for c in _FOLLOWERS)}
    FROM (
        SELECT creator, quarter, -1 AS sign, readings, {", ".join(_FOLLOWERS)} FROM were
        UNION ALL SELECT creator, quarter, 1, readings, {", ".join(_FOLLOWERS)} FROM left_over
    ) m JOIN touched t USING (creator) CROSS JOIN LATERAL (VALUES (t.creator), (t.gains_in_too)) AS d(subject)
    WHERE d.subject IS NOT NULL
"""
_PRUNE_PROFILES = _gone("creator", _PROFILE_COUNTERS) + _PROFILES + shift(_PROFILE_SUMS, "followers") + SETTLE
_OF_PROFILES = "SELECT c.org, c.creator, CASE WHEN c.gains_in_project THEN c.project END AS gains_in_too, p.before"
_OWNER = "LEFT JOIN creators c ON c.creator = v.gains_in"
_WRITTEN_LATE = "p.before > t.fetched_at AND p.at > t.at - interval '1 hour'"


@write(
    f"""
    WITH whose AS (
        {_OF_POSTS} FROM unnest($1::uuid[]) AS t(org) JOIN pruned p USING (org) JOIN videos v USING (org) {_OWNER}
    ) {_PRUNE_POSTS}
    """
)
def prune_posts(org: OrgId) -> Write:
    """Readings of posts of the org go, up to its mark."""


@write(
    f"""
    WITH whose AS (
        {_OF_PROFILES} FROM unnest($1::uuid[]) AS t(org) JOIN pruned p USING (org) JOIN creators c USING (org)
    ) {_PRUNE_PROFILES}
    """
)
def prune_profiles(org: OrgId) -> Write:
    """The same of its profiles."""


@write(
    f"""
    WITH whose AS (
        {_OF_POSTS} FROM (
            SELECT DISTINCT t.video
            FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS t(video, fetched_at, at)
            JOIN videos v USING (video) JOIN pruned p USING (org) WHERE {_WRITTEN_LATE}
        ) AS t JOIN videos v USING (video) JOIN pruned p USING (org) {_OWNER}
    ) {_PRUNE_POSTS}
    """,
    key=(),
)
def settle_post(video: VideoId, fetched_at: datetime, at: datetime) -> Write:
    """A reading of a post, told at `at`, goes as if it had been there when its org was pruned around then."""


@write(
    f"""
    WITH whose AS (
        {_OF_PROFILES} FROM (
            SELECT DISTINCT t.creator
            FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS t(creator, fetched_at, at)
            JOIN creators c USING (creator) JOIN pruned p USING (org) WHERE {_WRITTEN_LATE}
        ) AS t JOIN creators c USING (creator) JOIN pruned p USING (org)
    ) {_PRUNE_PROFILES}
    """,
    key=(),
)
def settle_profile(creator: CreatorId, fetched_at: datetime, at: datetime) -> Write:
    """The same of a profile."""
