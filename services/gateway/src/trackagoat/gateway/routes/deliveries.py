"""Deliveries: every message to every channel, and sending it again."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from trackagoat.events.catalogue.notifications import DeliveryStatus, Redeliver
from trackagoat.events.catalogue.words import ChannelId
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.decoding import FieldError
from trackagoat.gateway.edge.faults import ApiError, invalid_body
from trackagoat.gateway.reads.notifications import channels
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources import days
from trackagoat.gateway.resources.channels import Delivery, Queued, delivery
from trackagoat.gateway.resources.fields import Body, Moment, Page
from trackagoat.gateway.routes import examples
from trackagoat.gateway.routes.channels.calls import one_channel


class ListDeliveries(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Deliveries of the organization."""

    channel_id: UUID | None = None
    status: DeliveryStatus | None = None
    from_: date | None = None
    to: date | None = None


When = Annotated[str, Meta(max_length=40, description="A day such as 2026-03-10, or an instant with its offset")]


class Span(Body, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Deliveries made in [from, to), by days (both in full) or instants, that have this status."""

    from_: When
    to: When
    status: Literal["failed", "succeeded", "cancelled"] = "failed"

    def __post_init__(self) -> None:
        """Each is a day or an instant."""
        for name, text in (("from", self.from_), ("to", self.to)):
            try:
                _when(text)
            except msgspec.ValidationError as error:
                raise FieldError(name, "Neither a day nor an instant with its offset") from error


async def list_deliveries(call: Call[ListDeliveries, None]) -> Answer[list[Delivery]]:
    asked = call.params
    if asked.channel_id is not None:
        await one_channel(call, asked.channel_id)
    start, end = await tenancy.between(call, asked.from_, asked.to)
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    span = (start, end, at, after)
    rows = await channels.deliveries(call.db, call.org, asked.channel_id, asked.status, *span, asked.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.delivery))
    made = await channels.attempts(call.db, call.org, [row.delivery for row in page])
    return ok([delivery(row, made) for row in page], meta)


async def get_delivery(call: Call[Nothing, None]) -> Answer[Delivery]:
    return ok(await _one(call))


async def redeliver(call: Call[Nothing, None]) -> Answer[Delivery]:
    before = await _one(call)
    await call.tell(Redeliver(delivery=before.id))
    return Answer(data=await _one(call), status=202)


async def redeliver_span(call: Call[Nothing, Span]) -> Answer[Queued]:
    asked, row = call.body, await one_channel(call)
    zone = (await tenancy.org(call)).timezone
    first, last = _when(asked.from_), _when(asked.to)
    start = first if isinstance(first, datetime) else days.start(first, zone)
    end = last if isinstance(last, datetime) else days.end(last, zone)
    if end <= start:
        raise invalid_body("from", "After the end of the range")
    again = Redeliver(channel=ChannelId(row.channel), start=start, end=end, status=asked.status)
    outcome = await call.tell(again)
    return Answer(data=Queued(len(outcome.events)), status=202)


def _when(text: str) -> date | datetime:
    """A day, or an instant. Raises msgspec's ValidationError."""
    kind: Any = Moment if "T" in text or " " in text else date
    when: date | datetime = msgspec.convert(text, kind)
    return when


async def _one(call: Call[Any, Any]) -> Delivery:
    row = await channels.delivery(call.db, call.org, call.ids["deliveryId"])
    if row is None:
        raise ApiError("not_found")
    return delivery(row, await channels.attempts(call.db, call.org, [row.delivery]))


ROUTES = (
    Route(
        method="GET",
        path="/deliveries",
        name="listDeliveries",
        summary="Messages to channels of the last 30 days, newest first",
        scope="read",
        role="admin",
        tag="Notifications",
        handler=list_deliveries,
        params=ListDeliveries,
        answer=list[Delivery],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.DELIVERY],
    ),
    Route(
        method="GET",
        path="/deliveries/{deliveryId}",
        name="getDelivery",
        summary="One message to one channel, with every attempt",
        scope="read",
        role="admin",
        tag="Notifications",
        handler=get_delivery,
        answer=Delivery,
        example=examples.DELIVERY,
    ),
    Route(
        method="POST",
        path="/deliveries/{deliveryId}/redeliver",
        name="redeliver",
        summary="Send a message again under the same id; its schedule begins anew",
        scope="write",
        role="admin",
        tag="Notifications",
        handler=redeliver,
        answer=Delivery,
        example=examples.DELIVERY,
        statuses=(202,),
        errors=("channel_disabled",),
    ),
    Route(
        method="POST",
        path="/channels/{channelId}/redeliver",
        name="redeliverSpan",
        summary="Send what was made over a channel in a span of time again, at most 1,000 messages",
        scope="write",
        role="admin",
        tag="Notifications",
        handler=redeliver_span,
        body=Span,
        body_example={"from": "2026-03-10", "to": "2026-03-12"},
        answer=Queued,
        example=Queued(12),
        statuses=(202,),
        errors=("channel_disabled",),
    ),
)
