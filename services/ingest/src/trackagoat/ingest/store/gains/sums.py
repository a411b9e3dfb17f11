"""Sums of gains per creator and project, moved by exactly the difference that a change makes.

A statement puts together `shift`: subject, quarter, and what to add to every column; `SETTLE` adds it. A row that sums
up no reading any longer is deleted, so rows do not tell by which way they came about.
"""

from __future__ import annotations

from trackagoat.events.catalogue.words import CreatorId, OrgId, ProjectId, VideoId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write

COUNTERS = ("views", "likes", "comments", "shares", "saves")
FIGURES = (*COUNTERS, "followers")


def parts(*figures: str) -> list[str]:
    """The columns kept of each figure."""
    return [f"{figure}{part}" for part in ("", "_base", "_firsts", "_baselines") for figure in figures]


_COLUMNS = parts(*FIGURES)

_INTO = f"""
INSERT INTO gains AS g (org, subject, quarter, readings, {", ".join(_COLUMNS)})
SELECT s.org, s.subject, s.quarter, s.readings, {", ".join(f"s.{c}" for c in _COLUMNS)} FROM shift s
"""
_ONTO = f"""
ON CONFLICT (subject, quarter) DO UPDATE
SET readings = g.readings + excluded.readings, {", ".join(f"{c} = g.{c} + excluded.{c}" for c in _COLUMNS)}
"""
ADD = _INTO + _ONTO
"""Where readings only come, no row is left without any: what changes in a quarter changes at one of its readings."""
SETTLE = f"""
, emptied AS (
    DELETE FROM gains g USING shift s
    WHERE g.subject = s.subject AND g.quarter = s.quarter AND g.readings + s.readings = 0
)
{_INTO} LEFT JOIN gains o USING (subject, quarter) WHERE coalesce(o.readings, 0) + s.readings > 0 {_ONTO}
"""


def shift(signed: str, *figures: str) -> str:
    """`shift` from rows of (org, subject, quarter, sign, readings, the parts of these figures); other figures stay."""
    moved = set(parts(*figures))
    sums = [f"coalesce(sum(sign * {c}), 0)" if c in moved else "0" for c in _COLUMNS]
    return f"""
    , shift AS (
        SELECT org, subject, quarter, sum(sign * readings) AS readings,
            {", ".join(f"{one} AS {c}" for one, c in zip(sums, _COLUMNS, strict=True))}
        FROM ({signed}) AS signed GROUP BY org, subject, quarter
    )
    """


_OF_VIDEOS = """
WITH placed AS (
    SELECT v.org, v.video, v.project, v.gains_in AS was,
        CASE WHEN v.tracking_status IN ('auto_tracked', 'included', 'direct_add') AND NOT v.removed
            THEN coalesce(v.creator_id, v.project) END AS is
    FROM unnest($1::uuid[]) AS t(video) JOIN videos v USING (video)
), marked AS (
    UPDATE videos v SET gains_in = p.is FROM placed p WHERE v.video = p.video AND p.was IS DISTINCT FROM p.is
), signed AS (
    SELECT p.org, p.video, p.project, d.place, d.sign
    FROM placed p CROSS JOIN LATERAL (VALUES (p.was, -1), (p.is, 1)) AS d(place, sign)
    WHERE p.was IS DISTINCT FROM p.is AND d.place IS NOT NULL
), subjects AS (
    SELECT org, video, place AS subject, sign FROM signed
    UNION ALL
    SELECT s.org, s.video, s.project, s.sign FROM signed s JOIN creators c ON c.creator = s.place
    WHERE c.gains_in_project
)
"""
_VIDEO_ROWS = f"""
    SELECT s.org, s.subject, g.quarter, s.sign, g.readings, {", ".join(f"g.{c}" for c in parts(*COUNTERS))}
    FROM subjects s JOIN video_gains g USING (video)
"""


@write(_OF_VIDEOS + shift(_VIDEO_ROWS, *COUNTERS) + SETTLE, key=("video",))
def place_video(video: VideoId) -> Write:
    """Sum up the gains of a post where it counts now, and no longer where it did."""


_OF_CREATORS = """
WITH placed AS (
    SELECT c.org, c.creator, c.project, c.inactive_reason IS DISTINCT FROM 'removed' AS is
    FROM unnest($1::uuid[]) AS t(creator) JOIN creators c USING (creator)
    WHERE c.gains_in_project <> (c.inactive_reason IS DISTINCT FROM 'removed')
), marked AS (
    UPDATE creators c SET gains_in_project = p.is FROM placed p WHERE c.creator = p.creator
)
"""
_CREATOR_ROWS = f"""
    SELECT p.org, p.project AS subject, g.quarter, CASE WHEN p.is THEN 1 ELSE -1 END AS sign, g.readings,
        {", ".join(f"g.{c}" for c in _COLUMNS)}
    FROM placed p JOIN gains g ON g.subject = p.creator
"""


@write(_OF_CREATORS + shift(_CREATOR_ROWS, *FIGURES) + SETTLE, key=("creator",))
def place_creator(creator: CreatorId) -> Write:
    """Sum up the gains of a creator in its project, unless it is removed."""


@write(
    """
    WITH t AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[]) AS t(project, org)
    ), posts AS (
        DELETE FROM video_gains g USING t, videos v WHERE v.project = t.project AND g.video = v.video
    ), profiles AS (
        DELETE FROM profile_gains g USING t, creators c WHERE c.project = t.project AND g.creator = c.creator
    ), subjects AS (
        SELECT project AS subject FROM t UNION ALL SELECT c.creator FROM t JOIN creators c USING (project)
    )
    DELETE FROM gains g USING subjects s WHERE g.subject = s.subject
    """
)
def forget_project(project: ProjectId, org: OrgId) -> Write:
    """Everything that was gained in the project goes, while its creators and posts are still there."""
