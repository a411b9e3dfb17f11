"""Completing commands with what the org's plan allows, in the transaction that decides them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from trackagoat.events.catalogue.ingest import (
    AddCreator,
    AddVideo,
    EnableTracking,
    Full,
    ReenableCreator,
    RosterCommands,
)
from trackagoat.events.catalogue.plans import Limit, limit
from trackagoat.events.catalogue.words import OrgId, VideoId
from trackagoat.events.envelope import Ask
from trackagoat.events.sql import Db
from trackagoat.ingest.store import scraping, videos

C = TypeVar("C", AddVideo, EnableTracking)


async def within_plan(db: Db, ask: Ask, commands: Sequence[RosterCommands]) -> Sequence[RosterCommands]:
    """Each that takes a slot with how many there are. The roster's version keeps two from taking the last one."""
    if not isinstance(commands[0], AddCreator | ReenableCreator):
        return commands
    most = await allowed(db, ask.org, "max_creators_per_org")
    return [
        msgspec.structs.replace(command, most=most) if isinstance(command, AddCreator | ReenableCreator) else command
        for command in commands
    ]


async def allowed(db: Db, org: OrgId, key: Limit) -> int | None:
    """None: any number, also while the org is not heard of yet."""
    tier = await scraping.tier_of(db, org)
    return None if tier is None else limit(tier, key)


async def with_slots(db: Db, org: OrgId, commands: Sequence[C], takers: Sequence[VideoId | None]) -> list[C]:
    """Each that takes a slot of direct adds and finds none with that fact; `takers` are the videos that would.

    Whoever takes slots of an org waits for whoever else does, since videos are decided in many streams.
    """
    most = None if not any(takers) else await allowed(db, org, "max_tracked_videos_per_org")
    if most is None:
        return list(commands)
    await videos.line_up_adding(db, org)
    taken = await videos.slots_taken(db, org)
    got: set[VideoId] = set()
    completed: list[C] = []
    for command, taker in zip(commands, takers, strict=True):
        wants = taker is not None and taker not in got
        full = Full(taken + len(got), most) if wants and taken + len(got) >= most else None
        completed.append(msgspec.structs.replace(command, full=full))
        if wants and taker is not None and full is None:
            got.add(taker)
    return completed
