"""Values the documents show: one small program, the same in every example."""

from __future__ import annotations

from trackagoat.gateway.routes.examples.campaigns import CAMPAIGN, CAMPAIGN_CREATOR, CAMPAIGN_DETAIL, CAMPAIGN_ITEM
from trackagoat.gateway.routes.examples.creators import (
    CREATOR,
    CREATOR_CHANGE,
    CREATOR_DETAIL,
    CREATOR_REF,
    CREATOR_SNAPSHOT,
    FRESH,
    TOTALS,
)
from trackagoat.gateway.routes.examples.goals import ADVISORY, CREATOR_COMPLIANCE, GOAL, RESULT, STANDING
from trackagoat.gateway.routes.examples.jobs import JOB, QUEUED_JOB
from trackagoat.gateway.routes.examples.notifications import (
    ALERT,
    CHANNEL,
    DELIVERY,
    EVENT,
    NEW_CHANNEL,
    NOTIFICATION,
    ROTATED,
    RULE,
    TESTED,
)
from trackagoat.gateway.routes.examples.videos import (
    INBOX_VIDEO,
    LEADER,
    VIDEO,
    VIDEO_CHANGE,
    VIDEO_DETAIL,
    VIDEO_SNAPSHOT,
)
from trackagoat.gateway.routes.examples.words import AT, LATER, id_of
from trackagoat.gateway.routes.examples.workspace import API_KEY, NEW_API_KEY, ORG, PROJECT

__all__ = [
    "ADVISORY",
    "ALERT",
    "API_KEY",
    "AT",
    "CAMPAIGN",
    "CAMPAIGN_CREATOR",
    "CAMPAIGN_DETAIL",
    "CAMPAIGN_ITEM",
    "CHANNEL",
    "CREATOR",
    "CREATOR_CHANGE",
    "CREATOR_COMPLIANCE",
    "CREATOR_DETAIL",
    "CREATOR_REF",
    "CREATOR_SNAPSHOT",
    "DELIVERY",
    "EVENT",
    "FRESH",
    "GOAL",
    "INBOX_VIDEO",
    "JOB",
    "LATER",
    "LEADER",
    "NEW_API_KEY",
    "NEW_CHANNEL",
    "NOTIFICATION",
    "ORG",
    "PROJECT",
    "QUEUED_JOB",
    "RESULT",
    "ROTATED",
    "RULE",
    "STANDING",
    "TESTED",
    "TOTALS",
    "VIDEO",
    "VIDEO_CHANGE",
    "VIDEO_DETAIL",
    "VIDEO_SNAPSHOT",
    "id_of",
]
