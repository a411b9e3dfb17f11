"""Creators as a campaign shows them: what they bring, and how their goals stand."""

from __future__ import annotations

import msgspec

from trackagoat.gateway.reads.goals import GoalRow
from trackagoat.gateway.reads.ingest import CreatorRow
from trackagoat.gateway.resources.badges import CreatorGoal
from trackagoat.gateway.resources.creators import CreatorRef, Totals, display_name
from trackagoat.gateway.resources.fields import shown
from trackagoat.gateway.resources.goals import Standing


class MemberRef(CreatorRef, frozen=True, kw_only=True):
    """A creator of a campaign."""

    is_active: bool


class CampaignCreator(msgspec.Struct, frozen=True, kw_only=True):
    """A creator found in a campaign. `totals` are of its videos in there."""

    creator: MemberRef
    totals: Totals
    goals: list[CreatorGoal]


def creator_goal(row: GoalRow, stands: Standing) -> CreatorGoal:
    """A goal in short."""
    return CreatorGoal(
        goal_id=row.goal,
        metric=row.metric,
        period=row.period,
        target=stands.target,
        actual=stands.actual,
        percentage=stands.percentage,
        status=stands.status,
        period_recently_ended=stands.advisory.period_recently_ended
        or (stands.previous is not None and stands.previous.advisory.period_recently_ended),
    )


def campaign_creator(row: CreatorRow, totals: Totals, goals: list[CreatorGoal]) -> CampaignCreator:
    """A creator of a campaign."""
    ref = shown(MemberRef, row, id=row.creator, display_name=display_name(row))
    return CampaignCreator(creator=ref, totals=totals, goals=goals)
