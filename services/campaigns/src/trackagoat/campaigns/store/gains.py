"""What campaigns gain, per quarter of an hour in UTC and per day of the org's zone, kept from the levels of videos.

A level at an instant is the latest known value read before it. Gains are differences of levels, so a video's part is
told by its levels at the ends of the quarters it was read in: `video_quarters`. Its first known value gains nothing
(a baseline), unless discovery found the video and first read it within 24 hours of posting: then all of it is gained.

Statements are put together from the same parts: `parties` (org, video, party, sign, since), the videos whose part
from `since` on comes or goes, and `homes` (party, org, campaign), where; `tide` is what that comes to per campaign and
quarter, and `TURN` moves the rows by it. A row is there exactly while something is read or posted in it.
"""

from __future__ import annotations

from datetime import datetime

from trackagoat.events.catalogue.words import OrgId, ProjectId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write

COUNTERS = ("views", "likes", "comments", "shares", "saves")
KINDS = ("{c}", "{c}_base", "{c}_known", "{c}_baselines")
FIGURES = ("posts", "readings", *(kind.format(c=counter) for kind in KINDS for counter in COUNTERS))


def each(template: str, separator: str = ", ") -> str:
    """The template once per counter, `{c}` being the counter."""
    return separator.join(template.replace("{c}", counter) for counter in COUNTERS)


def all_figures(template: str, separator: str = ", ") -> str:
    """The template once per column of figures, `{f}` being the column."""
    return separator.join(template.replace("{f}", figure) for figure in FIGURES)


_LEVELS = f"""
    SELECT quarter, {each("{c}")}, {each("lag({c}) OVER w AS {c}_before")},
        {each("{c} IS NOT NULL AND lag({c}) OVER w IS NULL AS {c}_begins")}
    FROM video_quarters WHERE video = n.video AND quarter >= coalesce(
        (SELECT max(quarter) FROM video_quarters e WHERE e.video = n.video AND e.quarter < n.since), n.since
    )
    WINDOW w AS (ORDER BY quarter)
"""


def _beginnings(first: str) -> str:
    """Where each counter of n.video begins when `first` holds its first known values, and whether it was gathered."""
    return f"""
    SELECT {each(f"CASE WHEN g.soon AND {first}.{{c}}_at = f.read_at THEN 0 ELSE {first}.{{c}} END AS {{c}}_start")},
        {each(f"g.soon AND {first}.{{c}}_at = f.read_at AS {{c}}_gathered")}
    FROM first_readings f
    CROSS JOIN LATERAL (
        SELECT coalesce(v.discovered AND f.read_at <= v.posted_at + interval '24 hours', false) AS soon
        FROM videos v WHERE v.video = f.video
    ) g
    WHERE f.video = n.video
    """


_PARTS = f"""
    {each("coalesce(q.{c} - coalesce(q.{c}_before, b.{c}_start), 0) AS {c}")},
    {each("CASE WHEN q.{c}_begins THEN b.{c}_start ELSE 0 END AS {c}_base")},
    {each("q.{c}_begins::int AS {c}_known")},
    {each("(q.{c}_begins AND NOT b.{c}_gathered)::int AS {c}_baselines")}
"""

_SWELL = f"""
, swell AS (
    SELECT n.party, n.sign, q.quarter, 0 AS posts, 1 AS readings, {_PARTS}
    FROM parties n
    CROSS JOIN LATERAL ({_beginnings("f")}) b
    CROSS JOIN LATERAL ({_LEVELS}) q
    WHERE q.quarter >= n.since
    UNION ALL
    SELECT n.party, n.sign, date_bin('15 minutes', v.posted_at, '2000-01-01Z'), 1, 0,
        {each("0")}, {each("0")}, {each("0")}, {each("0")}
    FROM parties n JOIN videos v USING (video) WHERE n.since = '-infinity' AND v.posted_at IS NOT NULL
)
"""

_TIDE = f"""
, waves AS (
    SELECT party, quarter, {all_figures("sum(sign * {f}) AS {f}")} FROM swell GROUP BY party, quarter
), tide AS (
    SELECT p.org, p.campaign, w.quarter, {all_figures("sum(w.{f}) AS {f}")}
    FROM waves w JOIN homes p USING (party) GROUP BY p.org, p.campaign, w.quarter
), tide_of_days AS (
    SELECT t.org, t.campaign, (t.quarter AT TIME ZONE coalesce(o.timezone, 'UTC'))::date AS day,
        {all_figures("sum(t.{f}) AS {f}")}
    FROM tide t LEFT JOIN orgs o USING (org) GROUP BY t.org, t.campaign, day
)
"""


def _turned(table: str, column: str, tide: str) -> str:
    """The parts of a statement that move the rows of one table."""
    same = f"r.campaign = t.campaign AND r.{column} = t.{column}"
    return f"""
, {table}_moved AS (
    UPDATE {table} r SET {all_figures("{f} = r.{f} + t.{f}")} FROM {tide} t
    WHERE {same} AND r.posts + r.readings + t.posts + t.readings > 0
), {table}_over AS (
    DELETE FROM {table} r USING {tide} t WHERE {same} AND r.posts + r.readings + t.posts + t.readings = 0
), {table}_begun AS (
    INSERT INTO {table} (org, campaign, {column}, {all_figures("{f}")})
    SELECT org, campaign, {column}, {all_figures("{f}")} FROM {tide} t
    WHERE NOT EXISTS (SELECT FROM {table} r WHERE {same})
)
"""


_TURNED = _TIDE + _turned("campaign_quarters", "quarter", "tide") + _turned("campaign_days", "day", "tide_of_days")
TURN = _SWELL + _TURNED

PARTIES = """
, found AS (
    SELECT org, video, sign, since, array_agg(campaign ORDER BY campaign) AS campaigns
    FROM moves GROUP BY org, video, sign, since
), parties AS (
    SELECT org, video, sign, since, campaigns, dense_rank() OVER (ORDER BY org, campaigns) AS party FROM found
), homes AS (
    SELECT DISTINCT p.party, p.org, c.campaign FROM parties p CROSS JOIN unnest(p.campaigns) AS c(campaign)
)
"""
"""Videos that move alike, together, from `moves` (org, campaign, video, sign, since)."""

SETTLE = """
UPDATE campaigns c SET
    video_count = c.video_count + s.videos, creator_count = c.creator_count + s.creators,
    views_sum = c.views_sum + s.views, views_known = c.views_known + s.views_known,
    likes_sum = c.likes_sum + s.likes, likes_known = c.likes_known + s.likes_known,
    comments_sum = c.comments_sum + s.comments, comments_known = c.comments_known + s.comments_known,
    shares_sum = c.shares_sum + s.shares, shares_known = c.shares_known + s.shares_known,
    saves_sum = c.saves_sum + s.saves, saves_known = c.saves_known + s.saves_known
FROM shift s WHERE c.campaign = s.campaign
"""
"""The end of a statement: totals move by `shift`."""

_STANDING = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t(org, video, since)
), moves AS (
    SELECT m.org, m.campaign, m.video, {sign} AS sign, g.since
    FROM given g JOIN membership m USING (video)
    {only}
)
"""
_REPEATED = "WHERE EXISTS (SELECT FROM video_quarters q WHERE q.video = g.video AND q.quarter >= g.since)"


_SHIFT = f"""
, shift AS (
    SELECT campaign, 0 AS videos, 0 AS creators,
        {each("sum({c} + {c}_base) AS {c}")}, {each("sum({c}_known) AS {c}_known")}
    FROM tide GROUP BY campaign
)
"""
"""Gains add up to levels: what moved in the quarters is what moves in the totals."""


@write(_STANDING.format(sign=-1, only=_REPEATED) + PARTIES + TURN + _SHIFT + SETTLE, key=("video",))
def recede(org: OrgId, video: VideoId, since: datetime) -> Write:
    """Take what a video gained from `since` (the beginning of a quarter) on out of every campaign it is in."""


@write(_STANDING.format(sign=1, only="") + PARTIES + TURN + _SHIFT + SETTLE, key=("video",))
def advance(org: OrgId, video: VideoId, since: datetime) -> Write:
    """The opposite, as its levels are now."""


_READ = """
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[],
        $5::timestamptz[], $6::bigint[], $7::timestamptz[], $8::bigint[], $9::timestamptz[], $10::bigint[],
        $11::timestamptz[], $12::bigint[], $13::timestamptz[], $14::bigint[])
        AS t(org, project, video, {at}, views_at, views, likes_at, likes, comments_at, comments,
            shares_at, shares, saves_at, saves)
    WHERE NOT EXISTS (SELECT FROM gone WHERE gone.project = t.project)
"""


@write(
    f"""
    WITH given AS ({_READ.format(at="quarter")}
    ), changed AS (
        UPDATE video_quarters q SET
            {each("{c} = later(q.{c}_at, q.{c}, g.{c}_at, g.{c}), {c}_at = greatest(q.{c}_at, g.{c}_at)")}
        FROM (
            SELECT g.*, lead(g.quarter, 1, 'infinity') OVER (PARTITION BY g.video ORDER BY g.quarter) AS until
            FROM given g
        ) g
        WHERE q.video = g.video AND q.quarter >= g.quarter AND q.quarter < g.until
    )
    INSERT INTO video_quarters (org, video, quarter, {each("{c}, {c}_at")})
    SELECT g.org, g.video, g.quarter,
        {each("later(p.{c}_at, p.{c}, g.{c}_at, g.{c}), greatest(p.{c}_at, g.{c}_at)")}
    FROM given g
    LEFT JOIN LATERAL (
        SELECT * FROM video_quarters q WHERE q.video = g.video AND q.quarter <= g.quarter ORDER BY quarter DESC LIMIT 1
    ) p ON true
    WHERE p.quarter IS DISTINCT FROM g.quarter
    """,
    key=("video", "quarter"),
)
def set_quarter(
    org: OrgId,
    project: ProjectId,
    video: VideoId,
    quarter: datetime,
    views_at: datetime | None,
    views: int | None,
    likes_at: datetime | None,
    likes: int | None,
    comments_at: datetime | None,
    comments: int | None,
    shares_at: datetime | None,
    shares: int | None,
    saves_at: datetime | None,
    saves: int | None,
) -> Write:
    """The levels a video is known to have at the end of a quarter in which it was read. They hold on in the later
    ones, up to a later reading.
    """


@write(
    f"""
    WITH given AS ({_READ.format(at="read_at")}
    )
    INSERT INTO first_readings AS f (org, video, read_at, {each("{c}, {c}_at")})
    SELECT g.org, g.video, g.read_at, {each("g.{c}, g.{c}_at")}
    FROM given g LEFT JOIN first_readings f USING (video)
    WHERE f.read_at IS NULL OR g.read_at < f.read_at
        OR {each("g.{c}_at <= coalesce(f.{c}_at, 'infinity')", " OR ")}
    ON CONFLICT (video) DO UPDATE SET read_at = least(f.read_at, excluded.read_at),
        {each("{c} = earlier(f.{c}_at, f.{c}, excluded.{c}_at, excluded.{c})")},
        {each("{c}_at = least(f.{c}_at, excluded.{c}_at)")}
    """,
    key=("video",),
)
def set_first_reading(
    org: OrgId,
    project: ProjectId,
    video: VideoId,
    read_at: datetime,
    views_at: datetime | None,
    views: int | None,
    likes_at: datetime | None,
    likes: int | None,
    comments_at: datetime | None,
    comments: int | None,
    shares_at: datetime | None,
    shares: int | None,
    saves_at: datetime | None,
    saves: int | None,
) -> Write:
    """The first readings there are of a video, unless earlier ones are known."""


_PRUNING = f"""
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS t(org, before)
), old AS (
    SELECT q.*, {each("lag(q.{c}) OVER w AS {c}_before")},
        {each("q.{c} IS NOT NULL AND lag(q.{c}) OVER w IS NULL AS {c}_begins")},
        lead(q.quarter) OVER w IS NULL AS kept, lag(q.quarter) OVER w IS NULL AS lonely
    FROM given g JOIN videos v USING (org) JOIN video_quarters q USING (video) WHERE q.quarter < g.before
    WINDOW w AS (PARTITION BY q.video ORDER BY q.quarter)
), lasts AS (
    SELECT o.* FROM old o JOIN first_readings f USING (video)
    WHERE o.kept AND (NOT o.lonely OR {each("o.{c}_at <> f.{c}_at", " OR ")})
), dropped AS (
    DELETE FROM video_quarters q USING old o WHERE NOT o.kept AND q.video = o.video AND q.quarter = o.quarter
), moves AS (
    SELECT m.org, m.campaign, m.video, 0 AS sign, '-infinity'::timestamptz AS since
    FROM lasts JOIN membership m USING (video)
)
{PARTIES}
, swell AS (
    SELECT n.party, -1 AS sign, q.quarter, 0 AS posts, 1 AS readings, {_PARTS}
    FROM parties n JOIN old q USING (video) CROSS JOIN LATERAL ({_beginnings("f")}) b
    UNION ALL
    SELECT n.party, 1, q.quarter, 0, 1, {_PARTS}
    FROM parties n
    CROSS JOIN LATERAL (
        SELECT l.quarter, {each("l.{c}, l.{c}_at, NULL::bigint AS {c}_before, l.{c} IS NOT NULL AS {c}_begins")}
        FROM lasts l WHERE l.video = n.video
    ) q
    CROSS JOIN LATERAL ({_beginnings("q")}) b
)
{_TURNED}
UPDATE first_readings f SET {each("{c} = coalesce(l.{c}, f.{c}), {c}_at = coalesce(l.{c}_at, f.{c}_at)")}
FROM lasts l WHERE f.video = l.video
"""


@write(_PRUNING)
def prune(org: OrgId, before: datetime) -> Write:
    """What videos of the org gained before that instant goes, but for the levels they had by then: the last quarter of
    each before it stays, and sets them as first readings do.
    """
