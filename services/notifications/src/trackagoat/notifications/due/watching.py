"""Looks at what time or a count makes an alert of. What is found is told when it still is so a minute later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events import due
from trackagoat.events.catalogue import plans
from trackagoat.events.catalogue.words import CreatorId, OrgId, ProjectId
from trackagoat.events.effects import Claimed, Decide, Done, Effect
from trackagoat.notifications.domain import watching
from trackagoat.notifications.domain.watching import Found, Reading, Stands, Used
from trackagoat.notifications.due.waiting import in_turn
from trackagoat.notifications.store import watched as rows

RESTS = timedelta(days=1)
"""How often an org that is banned, or was not heard of, is looked at."""


async def watch(db: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Take back what no longer is so; have what is new looked at again before it is told."""
    return [await _watched(db, row, now) for row in in_turn(claimed)]


async def _watched(db: Any, row: Claimed, now: datetime) -> Done:
    found = await _found(db, row, now)
    effects: list[Effect] = [
        Decide(row.org, command, key=f"clear/{row.key}/{n}/{now.isoformat()}") for n, command in enumerate(found.clear)
    ]
    if found.tell:
        effects.append(due.pull_in(watching.TELL, row.key, row.org, now + watching.SETTLES))
    return Done(row, effects=effects, again=found.again, payload={"overdue": found.late})


async def tell(db: Any, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Tell what still is so, and look once more: it may have ended while it was told."""
    return [Done(row, effects=await _told(db, row, now)) for row in in_turn(claimed)]


async def _told(db: Any, row: Claimed, now: datetime) -> list[Effect]:
    found = await _found(db, row, now)
    effects: list[Effect] = [
        Decide(row.org, command, key=f"tell/{row.key}/{n}/{now.isoformat()}") for n, command in enumerate(found.tell)
    ]
    return [*effects, due.pull_in(watching.WATCH, row.key, row.org, now)] if effects else []


async def _found(db: Any, row: Claimed, now: datetime) -> Found:
    what, id, *_ = row.key.split("/")
    match what:
        case "overdue":
            return await _readings(db, row.org, CreatorId(UUID(id)), now)
        case "inbox":
            return await _inbox(db, row.org, ProjectId(UUID(id)), now)
        case _:
            return await _limits(db, row.org, now)


async def _readings(db: Any, org: OrgId, creator: CreatorId, now: datetime) -> Found:
    row, terms = await rows.tracked(db, creator), await rows.terms(db, org)
    standing = await _standing(db, org, "scrape_overdue", creator)
    if row is None:
        return watching.at_readings(creator, ProjectId(org), [], standing, now)
    if terms is None or terms.rests:
        return Found(again=now + RESTS)
    since = max(row.since, terms.resumed_at or row.since)
    hours = {
        "creator_profiles": max(terms.creator_profiles_hours, plans.floor(terms.tier, "min_creator_profiles_hours")),
        "discover_videos": max(terms.discover_videos_hours, plans.floor(terms.tier, "min_discover_videos_hours")),
    }
    readings = [
        Reading("creator_profiles", row.profile_at, since, hours["creator_profiles"]),
        Reading("discover_videos", row.discovery_at, since, hours["discover_videos"]),
    ]
    return watching.at_readings(creator, row.project, readings, standing, now)


async def _inbox(db: Any, org: OrgId, project: ProjectId, now: datetime) -> Found:
    waiting = await rows.inbox(db, project)
    return watching.at_inbox(
        project, waiting.count, waiting.oldest, await _standing(db, org, "inbox_waiting", project), now
    )


async def _limits(db: Any, org: OrgId, now: datetime) -> Found:
    terms = await rows.terms(db, org)
    uses = [Used(row.limit_key, row.at_id, row.count) for row in await rows.uses(db, org, now)]
    tier = "self_hosted" if terms is None else terms.tier
    return watching.at_limits(tier, uses, await _standing(db, org, "limit_warning", None), now)


async def _standing(db: Any, org: OrgId, kind: str, entity: UUID | None) -> list[Stands]:
    return [msgspec.convert(row, Stands, from_attributes=True) for row in await rows.standing(db, org, kind, entity)]
