"""The event feed: everything public that happened in the organization, in one order that never changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from trackagoat.events.codec import EVENTS
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import ApiError, invalid_query
from trackagoat.gateway.edge.revealing import Revealer
from trackagoat.gateway.reads.notifications import events
from trackagoat.gateway.registry import Route
from trackagoat.gateway.resources.events import Event, FeedMeta, event
from trackagoat.gateway.resources.fields import Params
from trackagoat.gateway.resources.patterns import fits, likes
from trackagoat.gateway.routes import examples

HEARTBEAT_SECONDS = 15.0
_LONGEST = 19
_BIGGEST = 2**63 - 1
After = Annotated[str, Meta(pattern=r"^([0-9]{1,19}|latest)$", description="A position, or `latest`")]
Types = Annotated[
    str, Meta(max_length=2000, description="Types of events separated by commas; `creator.*` stands for a family")
]
PUBLIC = sorted({e.tag().rpartition(".v")[0] for e in EVENTS.values() if e.public})


class ListEvents(Params, frozen=True, kw_only=True):
    """A page of the feed, the oldest first, after a position (exclusive; absent: the oldest kept)."""

    after: After | None = None
    types: Types | None = None
    project_id: UUID | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class StreamEvents(Params, frozen=True, kw_only=True):
    """The feed as it goes on after a position (absent: from the oldest kept; `latest`: from now on)."""

    types: Types | None = None
    project_id: UUID | None = None
    after: After | None = None


async def list_events(call: Call[ListEvents, None]) -> Answer[list[Event]]:
    asked, wanted = call.params, _types(call.params.types)
    _, (head, after) = await asyncio.gather(tenancy.filters(call), _place(call, asked.after))
    rows = await events.page(call.db, call.org, after, head, likes(wanted), asked.project_id, asked.limit)
    end = rows[-1].position if len(rows) == asked.limit else max(head, after)
    meta = FeedMeta(next_after=str(end), head=str(head), has_more=end < head)
    return ok([event(call.org, row) for row in rows], meta)


async def stream_events(call: Call[StreamEvents, None]) -> AsyncGenerator[bytes, None]:
    """The frames: `id` is the position, `event` the type, `data` the event; a comment when it is quiet."""
    asked, wanted = call.params, _types(call.params.types)
    await tenancy.filters(call)
    if call.last_event_id is not None and not _is_position(call.last_event_id):
        raise ApiError("invalid_params", "Last-Event-ID is not a position")
    _, place = await _place(call, call.last_event_id or asked.after)
    return _frames(call, wanted, asked.project_id, place)


async def _frames(
    call: Call[StreamEvents, None], wanted: Sequence[str] | None, project: UUID | None, place: int
) -> AsyncGenerator[bytes, None]:
    revealer = Revealer(call.settings.secret_key.get_secret_value())
    async with call.tails.listening(call.db, call.org, call.caller.id) as tail:
        yield b": connected\n\n"
        while True:
            rows = await call.tails.after(call.db, call.org, tail, place, HEARTBEAT_SECONDS)
            if not rows:
                yield b": nothing new\n\n"
            for row in rows:
                place = row.position
                if fits(row.type, wanted) and project in {None, row.project}:
                    yield await _frame(call, revealer, row)


async def _frame(call: Call[Any, Any], revealer: Revealer, row: events.EventRow) -> bytes:
    clear = await revealer.clear(call.db, call.org, event(call.org, row))
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (row.position, row.type.encode(), msgspec.json.encode(clear))


async def _place(call: Call[Any, Any], after: str | None) -> tuple[int, int]:
    """(the head, the position to go on after). Raises a 410 for one that is not kept any more."""
    found = await events.heads(call.db, [call.org])
    head, pruned = (found[0].head, found[0].pruned) if found else (0, 0)
    if after is None:
        return head, pruned
    if after == "latest":
        return head, head
    place = int(after)
    if place > _BIGGEST:
        raise invalid_query("after", "That position is too large")
    if place < pruned:
        raise ApiError("position_expired", oldest=str(pruned))
    return head, place


def _is_position(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST


def _types(asked: str | None) -> list[str] | None:
    """The patterns. Raises a 400 for one that no public event fits."""
    if asked is None:
        return None
    patterns = [part.strip() for part in asked.split(",")]
    for pattern in patterns:
        if not any(fits(type, [pattern]) for type in PUBLIC):
            raise invalid_query("types", f"There are no public events of type {pattern[:100]!r}")
    return patterns


ROUTES = (
    Route(
        method="GET",
        path="/events",
        name="listEvents",
        summary="Public events of the organization, oldest first, after a position",
        scope="read",
        tag="Events",
        handler=list_events,
        params=ListEvents,
        answer=list[Event],
        meta=FeedMeta,
        errors=("position_expired", "not_found"),
        example=[examples.EVENT],
    ),
    Route(
        method="GET",
        path="/events/stream",
        name="streamEvents",
        summary="The same as Server-Sent Events; go on where you were with Last-Event-ID",
        scope="read",
        tag="Events",
        handler=stream_events,
        params=StreamEvents,
        answer=Event,
        errors=("position_expired", "not_found"),
        example=examples.EVENT,
        raw=True,
        stream=True,
    ),
)
