"""What campaigns publishes of the ways in which a video is reached."""

from __future__ import annotations

from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import ItemType, OrgId
from trackagoat.events.sql import Db, read


class StepRow(msgspec.Struct, frozen=True):
    """An item on a way down: the video or its creator, or a campaign that leads on to one of them."""

    campaign: UUID
    item_type: ItemType
    item: UUID
    name: str | None


@read(
    """
    WITH ends AS (
        SELECT campaign, item_type, item FROM campaigns.items
        WHERE org = $1 AND (item_type = 'video' AND item = $3 OR item_type = 'creator' AND item = $4)
    ), nodes AS (
        SELECT DISTINCT up.ancestor AS campaign
        FROM ends e
        JOIN campaigns.closure up ON up.descendant = e.campaign
        JOIN campaigns.closure down ON down.ancestor = $2 AND down.descendant = up.ancestor
    )
    SELECT e.campaign, e.item_type, e.item, NULL AS name FROM ends e JOIN nodes n ON n.campaign = e.campaign
    UNION ALL
    SELECT i.campaign, i.item_type, i.item, c.name
    FROM nodes n JOIN campaigns.items i ON i.campaign = n.campaign AND i.item_type = 'campaign'
    JOIN nodes m ON m.campaign = i.item JOIN campaigns.campaigns c ON c.campaign = i.item
    """
)
async def steps(db: Db, org: OrgId, campaign: UUID, video: UUID, creator: UUID | None) -> list[StepRow]:
    """Every item below the campaign that lies on a way to the video, each once."""
    ...
