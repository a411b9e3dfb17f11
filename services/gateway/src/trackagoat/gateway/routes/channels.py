"""Channels: over which ways alerts are told."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import ChannelKind, CreateChannel, DeleteChannel, secret_context
from trackagoat.events.catalogue.words import ChannelId
from trackagoat.events.seal import seal
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import ApiError, invalid_body, refused
from trackagoat.gateway.reads import notifications
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, Name, Page, Url
from trackagoat.gateway.resources.notifications import Channel, NewChannel, channel, new_channel
from trackagoat.gateway.routes import examples

_SECRET_BYTES = 32


class ListChannels(Page, frozen=True, kw_only=True):
    """Channels, by kind."""

    kind: ChannelKind | None = None


class WebhookConfig(Body, frozen=True, kw_only=True):
    """Where a webhook leads."""

    url: Url
    event_types: Annotated[list[str], Meta(max_length=0)] = []


class ChannelWanted(Body, frozen=True, kw_only=True):
    """A channel to open."""

    kind: Literal["webhook"]
    name: Name
    config: WebhookConfig


async def list_channels(call: Call[ListChannels, None]) -> Answer[list[Channel]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await notifications.channels(call.db, call.org, call.params.kind, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.channel))
    return ok([channel(row) for row in page], meta)


async def get_channel(call: Call[Nothing, None]) -> Answer[Channel]:
    return ok(channel(await _one(call, call.ids["channelId"])))


async def create_channel(call: Call[Nothing, ChannelWanted]) -> Answer[NewChannel]:
    wanted, id = call.body, ChannelId(clock.new_id())
    secret = f"whsec_{base64.b64encode(clock.random_bytes(_SECRET_BYTES)).decode()}"
    command = CreateChannel(
        channel=id,
        kind=wanted.kind,
        name=wanted.name.strip(),
        url=wanted.config.url,
        sealed_secret=seal(call.settings.secret_key.get_secret_value(), secret.encode(), secret_context(id)),
    )
    (outcome,) = await call.ask([command])
    if outcome.refused is not None:
        if outcome.refused.code == "forbidden_target":
            raise invalid_body("config.url", outcome.refused.message)
        raise refused(outcome.refused)
    (event,) = outcome.events
    row = await _one(call, UUID(event["channel"]))
    first_time = event["sealed_secret"] == command.sealed_secret
    return created(new_channel(row, secret if first_time else None), secrets=("secret",))


async def delete_channel(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await _one(call, call.ids["channelId"])
    call.unchanged(channel(row))
    await call.tell(DeleteChannel(channel=ChannelId(row.channel)))
    return deleted(row.channel)


async def _one(call: Call[Any, Any], id: UUID) -> notifications.ChannelRow:
    row = await notifications.channel(call.db, call.org, id)
    if row is None:
        raise ApiError("not_found")
    return row


ROUTES = (
    Route(
        method="GET",
        path="/channels",
        name="listChannels",
        summary="Channels of the organization, newest first",
        scope="read",
        role="admin",
        tag="Notifications",
        handler=list_channels,
        params=ListChannels,
        answer=list[Channel],
        meta=PageMeta,
        example=[examples.CHANNEL],
    ),
    Route(
        method="GET",
        path="/channels/{channelId}",
        name="getChannel",
        summary="One channel",
        scope="read",
        role="admin",
        tag="Notifications",
        handler=get_channel,
        answer=Channel,
        example=examples.CHANNEL,
    ),
    Route(
        method="POST",
        path="/channels",
        name="createChannel",
        summary="Open a webhook; its signing secret is shown this once",
        scope="write",
        role="admin",
        tag="Notifications",
        handler=create_channel,
        body=ChannelWanted,
        body_example={"kind": "webhook", "name": "Ops", "config": {"url": "https://hooks.example.com/tiktok"}},
        answer=NewChannel,
        example=examples.NEW_CHANNEL,
        statuses=(201,),
    ),
    Route(
        method="DELETE",
        path="/channels/{channelId}",
        name="deleteChannel",
        summary="Close a channel; what waited for it is cancelled",
        scope="write",
        role="admin",
        tag="Notifications",
        handler=delete_channel,
        answer=Deleted,
        example=Deleted(str(examples.id_of(9))),
        errors=("builtin_channel",),
    ),
)
