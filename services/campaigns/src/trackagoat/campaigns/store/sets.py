"""Which counted videos lie in which campaign, in how many ways, and what they add up to.

A change names what it touches; one statement moves the whole set in `membership` and `campaign_creators`, and the
totals by its difference. Each statement is put together from the same parts:

- `reached` (org, campaign, video, paths) and `named` (org, project, campaign, creator, paths): ways won or lost;
- `moved` and `turned`: the videos and creators a campaign has now and had not before, or the other way round;
- `shift`: what that comes to per campaign;
- `moves`: the videos whose gains go along.

Orgs and projects are compared with IS NOT DISTINCT FROM, which the planner cannot join on: without statistics it
takes an org for as telling as a video, and multiplies the org's rows with each other.
"""

from __future__ import annotations

from uuid import UUID

from trackagoat.campaigns.store.gains import PARTIES, SETTLE, TURN
from trackagoat.events.catalogue.words import CampaignId, ItemType, OrgId, ProjectId
from trackagoat.events.effects import Write
from trackagoat.events.sql import write

_BY_ITEM = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[])
        AS t(org, project, campaign, item_type, item)
), reached AS (
    SELECT a.org, a.ancestor AS campaign, v.video, sum(a.paths) AS paths
    FROM given g
    CROSS JOIN LATERAL (
        SELECT org, project, video FROM counted_videos WHERE g.item_type = 'video' AND video = g.item
        UNION ALL
        SELECT org, project, video FROM counted_videos WHERE g.item_type = 'creator' AND creator_id = g.item
    ) AS v
    JOIN closure a ON a.descendant = g.campaign
    WHERE (v.org, v.project) IS NOT DISTINCT FROM (g.org, g.project)
    GROUP BY a.org, a.ancestor, v.video
), named AS (
    SELECT a.org, g.project, a.ancestor AS campaign, g.item AS creator, sum(a.paths) AS paths
    FROM given g JOIN closure a ON a.descendant = g.campaign
    WHERE g.item_type = 'creator'
    GROUP BY a.org, g.project, a.ancestor, g.item
)
"""

_BY_LINK = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t(org, parent, child)
), above AS (
    SELECT a.org, a.ancestor, a.paths, g.child
    FROM given g JOIN closure a ON a.descendant = g.parent
), linked AS (
    SELECT a.org, a.ancestor, d.descendant, a.paths * d.paths AS paths
    FROM above a JOIN closure d ON d.ancestor = a.child
), reached AS (
    SELECT a.org, a.ancestor AS campaign, m.video, a.paths * m.paths AS paths
    FROM above a JOIN membership m ON m.campaign = a.child
), named AS (
    SELECT a.org, k.project, a.ancestor AS campaign, k.creator, a.paths * k.item_paths AS paths
    FROM above a JOIN campaign_creators k ON k.campaign = a.child
    WHERE k.item_paths > 0
)
"""

_BY_VIDEO = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS t(org, item_type, item)
), touched AS (
    SELECT org, item AS video FROM given WHERE item_type = 'video'
    UNION
    SELECT v.org, v.video FROM given g JOIN videos v ON v.creator_id = g.item WHERE g.item_type = 'creator'
), named AS (
    SELECT NULL::uuid AS org, NULL::uuid AS project, NULL::uuid AS campaign, NULL::uuid AS creator, 0 AS paths
    WHERE false
)
"""

_AS_IT_IS = """
, reached AS (
    SELECT m.org, m.campaign, m.video, m.paths FROM touched t JOIN membership m USING (video)
)
"""

_AS_IT_OUGHT_TO_BE = """
, reached AS (
    SELECT v.org, a.ancestor AS campaign, v.video, sum(a.paths) AS paths
    FROM touched t
    JOIN counted_videos v USING (video)
    CROSS JOIN LATERAL (VALUES ('video', v.video), ('creator', v.creator_id)) AS h(item_type, item)
    JOIN items i ON i.item = h.item AND i.item_type = h.item_type
    JOIN closure a ON a.descendant = i.campaign
    WHERE (v.org, v.project) IS NOT DISTINCT FROM (i.org, i.project)
    GROUP BY v.org, a.ancestor, v.video
)
"""

_WIDER = """
, wider AS (
    INSERT INTO closure AS c (org, ancestor, descendant, paths)
    SELECT org, ancestor, descendant, paths FROM linked
    ON CONFLICT (descendant, ancestor) DO UPDATE SET paths = c.paths + excluded.paths
)
"""

_NARROWER = """
, narrower AS (
    UPDATE closure c SET paths = c.paths - l.paths FROM linked l
    WHERE c.descendant = l.descendant AND c.ancestor = l.ancestor AND c.paths > l.paths
), parted AS (
    DELETE FROM closure c USING linked l
    WHERE c.descendant = l.descendant AND c.ancestor = l.ancestor AND c.paths = l.paths
)
"""

_WON = """
, more AS (
    INSERT INTO membership AS m (org, campaign, video, paths)
    SELECT org, campaign, video, paths FROM reached
    ON CONFLICT (campaign, video) DO UPDATE SET paths = m.paths + excluded.paths
), moved AS (
    SELECT v.org, v.project, r.campaign, 1 AS sign, v.video, v.creator_id,
        v.views, v.likes, v.comments, v.shares, v.saves
    FROM reached r JOIN videos v USING (video)
    WHERE NOT EXISTS (SELECT FROM membership m WHERE m.campaign = r.campaign AND m.video = r.video)
)
"""

_LOST = """
, fewer AS (
    UPDATE membership m SET paths = m.paths - r.paths FROM reached r
    WHERE m.campaign = r.campaign AND m.video = r.video AND m.paths > r.paths
), ended AS (
    DELETE FROM membership m USING reached r
    WHERE m.campaign = r.campaign AND m.video = r.video AND m.paths = r.paths
    RETURNING m.campaign, m.video
), moved AS (
    SELECT v.org, v.project, n.campaign, -1 AS sign, v.video, v.creator_id,
        v.views, v.likes, v.comments, v.shares, v.saves
    FROM ended n JOIN videos v USING (video)
)
"""

_OWNERS = """
, owners AS (
    SELECT org, project, campaign, creator, sum(paths) AS item_paths, sum(videos) AS videos
    FROM (
        SELECT org, project, campaign, creator_id AS creator, 0 AS paths, 1 AS videos
        FROM moved WHERE creator_id IS NOT NULL
        UNION ALL
        SELECT org, project, campaign, creator, paths, 0 FROM named
    ) AS t
    GROUP BY org, project, campaign, creator
)
"""

_OWNERS_WON = """
, more_owners AS (
    INSERT INTO campaign_creators AS k (org, project, campaign, creator, item_paths, videos)
    SELECT org, project, campaign, creator, item_paths, videos FROM owners
    ON CONFLICT (campaign, creator) DO UPDATE
        SET item_paths = k.item_paths + excluded.item_paths, videos = k.videos + excluded.videos
), turned AS (
    SELECT o.campaign, 1 AS sign FROM owners o JOIN creators c USING (creator)
    WHERE NOT c.removed AND (c.org, c.project) IS NOT DISTINCT FROM (o.org, o.project)
        AND NOT EXISTS (SELECT FROM campaign_creators k WHERE k.campaign = o.campaign AND k.creator = o.creator)
)
"""

_OWNERS_LOST = """
, fewer_owners AS (
    UPDATE campaign_creators k SET item_paths = k.item_paths - o.item_paths, videos = k.videos - o.videos FROM owners o
    WHERE k.campaign = o.campaign AND k.creator = o.creator AND (k.item_paths > o.item_paths OR k.videos > o.videos)
), no_owners AS (
    DELETE FROM campaign_creators k USING owners o
    WHERE k.campaign = o.campaign AND k.creator = o.creator AND k.item_paths = o.item_paths AND k.videos = o.videos
    RETURNING k.org, k.project, k.campaign, k.creator
), turned AS (
    SELECT k.campaign, -1 AS sign FROM no_owners k JOIN creators c USING (creator)
    WHERE NOT c.removed AND (c.org, c.project) IS NOT DISTINCT FROM (k.org, k.project)
)
"""

_SHIFT = """
, shift AS (
    SELECT campaign,
        coalesce(sum(sign) FILTER (WHERE video IS NOT NULL), 0) AS videos,
        coalesce(sum(sign) FILTER (WHERE video IS NULL), 0) AS creators,
        coalesce(sum(sign * views), 0) AS views,
        coalesce(sum(sign * likes), 0) AS likes,
        coalesce(sum(sign * comments), 0) AS comments,
        coalesce(sum(sign * shares), 0) AS shares,
        coalesce(sum(sign * saves), 0) AS saves,
        coalesce(sum(sign) FILTER (WHERE views IS NOT NULL), 0) AS views_known,
        coalesce(sum(sign) FILTER (WHERE likes IS NOT NULL), 0) AS likes_known,
        coalesce(sum(sign) FILTER (WHERE comments IS NOT NULL), 0) AS comments_known,
        coalesce(sum(sign) FILTER (WHERE shares IS NOT NULL), 0) AS shares_known,
        coalesce(sum(sign) FILTER (WHERE saves IS NOT NULL), 0) AS saves_known
    FROM (
        SELECT campaign, sign, video, views, likes, comments, shares, saves FROM moved
        UNION ALL
        SELECT campaign, sign, NULL, NULL, NULL, NULL, NULL, NULL FROM turned
    ) AS t
    GROUP BY campaign
)
"""

_MOVES = """
, moves AS (SELECT org, campaign, video, sign, '-infinity'::timestamptz AS since FROM moved)
"""

_MOVES_OF_OTHERS = """
, moves AS (
    SELECT org, campaign, video, sign, '-infinity'::timestamptz AS since FROM moved m
    WHERE NOT EXISTS (SELECT FROM given g WHERE g.parent = g.child AND g.child = m.campaign)
)
"""

_WIN = _WON + _OWNERS + _OWNERS_WON + _SHIFT + _MOVES + PARTIES + TURN + SETTLE
_FEWER = _LOST + _OWNERS + _OWNERS_LOST + _SHIFT
_LOSE = _FEWER + _MOVES + PARTIES + TURN + SETTLE


@write(_BY_ITEM + _WIN, key=())
def gain_item(org: OrgId, project: ProjectId, campaign: CampaignId, item_type: ItemType, item: UUID) -> Write:
    """What a creator or a video brings to a campaign and to all above it."""


@write(_BY_ITEM + _LOSE, key=())
def lose_item(org: OrgId, project: ProjectId, campaign: CampaignId, item_type: ItemType, item: UUID) -> Write:
    """The opposite."""


@write(_BY_LINK + _WIDER + _WIN, key=("org",))
def link(org: OrgId, parent: CampaignId, child: CampaignId) -> Write:
    """Put a campaign with all that lies in it under another. One at a time: a link may lead on to the next."""


@write(_BY_LINK + _NARROWER + _FEWER + _MOVES_OF_OTHERS + PARTIES + TURN + SETTLE, key=("org",))
def unlink(org: OrgId, parent: CampaignId, child: CampaignId) -> Write:
    """The opposite. Unlinked from itself, a campaign is out of everything above it, and holds nothing; what it
    gained stays with it.
    """


@write(_BY_VIDEO + _AS_IT_IS + _LOSE, key=())
def withdraw(org: OrgId, item_type: ItemType, item: UUID) -> Write:
    """Take a video, or all videos of a creator, out of every campaign while their rows change."""


@write(_BY_VIDEO + _AS_IT_OUGHT_TO_BE + _WIN, key=())
def readmit(org: OrgId, item_type: ItemType, item: UUID) -> Write:
    """Put them back to where they belong now."""
