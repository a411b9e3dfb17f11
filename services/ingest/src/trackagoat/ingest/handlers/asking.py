"""Completing triggers: what the plan allows, whether the subject is read at all, and what waits already."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from trackagoat.events.catalogue.ingest import RequestScrape
from trackagoat.events.catalogue.words import ProjectId
from trackagoat.events.envelope import Ask
from trackagoat.events.sql import Db
from trackagoat.ingest.domain.triggers import LIMIT
from trackagoat.ingest.handlers.plans import allowed
from trackagoat.ingest.store import jobs


async def asked(db: Db, ask: Ask, commands: Sequence[RequestScrape]) -> list[RequestScrape]:
    """Each with what its decider cannot know."""
    most = await allowed(db, ask.org, LIMIT)
    return [msgspec.structs.replace(await _seen(db, ask, c), now=ask.at, most=most) for c in commands]


async def _seen(db: Db, ask: Ask, command: RequestScrape) -> RequestScrape:
    found = await jobs.subject(db, ask.org, command.creator, command.video)
    if found is None:
        return msgspec.structs.replace(command, subject="unknown", idle=[])
    project = ProjectId(found.project)
    if found.creator_rests or found.video_rests:
        rests = "creator_rests" if found.creator_rests else "video_rests"
        return msgspec.structs.replace(command, project=project, subject=rests, idle=[])
    which = (command.creator, command.video, command.kinds, ask.at)
    await jobs.note_queued(db, ask.org, *which)
    idle = set(await jobs.idle(db, ask.org, *which))
    return msgspec.structs.replace(
        command, project=project, subject="read", idle=[kind for kind in command.kinds if kind in idle]
    )
