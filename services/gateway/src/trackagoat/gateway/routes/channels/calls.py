"""Channels: over which ways alerts are told."""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import (
    CreateChannel,
    DeleteChannel,
    RotateSecret,
    SendTest,
    UpdateChannel,
    config_context,
    secret_context,
)
from trackagoat.events.catalogue.words import ChannelId
from trackagoat.events.decider import Refusal
from trackagoat.events.seal import seal
from trackagoat.gateway.edge.answers import Answer, Deleted
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.faults import ApiError, invalid_body, refused
from trackagoat.gateway.reads.notifications import channels
from trackagoat.gateway.registry import Nothing
from trackagoat.gateway.resources.channels import Channel, NewChannel, Rotated, Tested, channel, new_channel
from trackagoat.gateway.resources.fields import instant
from trackagoat.gateway.routes.channels.bodies import OF_KIND, ChannelChange, ChannelWanted, Config, ListChannels

_SECRET_BYTES = 32
_OVERLAP = timedelta(hours=24)
"""How long the old secret signs beside the new one."""
_TEST_SECONDS, _LOOK_SECONDS = 20.0, 0.05


async def list_channels(call: Call[ListChannels, None]) -> Answer[list[Channel]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await channels.channels(call.db, call.org, call.params.kind, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.channel))
    return ok([channel(row, _key(call)) for row in page], meta)


async def get_channel(call: Call[Nothing, None]) -> Answer[Channel]:
    return ok(channel(await one_channel(call), _key(call)))


async def create_channel(call: Call[Nothing, ChannelWanted]) -> Answer[NewChannel]:
    wanted, id = call.body, ChannelId(clock.new_id())
    secret = _secret() if wanted.kind == "webhook" else None
    config = wanted.config
    command = CreateChannel(
        channel=id,
        kind=wanted.kind,
        name=wanted.name.strip(),
        url=None if config.url is UNSET else config.url,
        sealed_secret=None if secret is None else seal(_key(call), secret.encode(), secret_context(id)),
        sealed_config=_sealed(call, id, config),
        leads_to=None if config.webhook_url is UNSET else config.webhook_url,
        event_types=[] if config.event_types is UNSET else config.event_types,
    )
    (outcome,) = await call.ask([command])
    if outcome.refused is not None:
        raise _refused(outcome.refused, config)
    (event,) = outcome.events
    row = await one_channel(call, UUID(event["channel"]))
    first_time = event.get("sealed_secret") == command.sealed_secret
    return created(new_channel(row, _key(call), secret if first_time else None), secrets=("secret",))


async def change_channel(call: Call[Nothing, ChannelChange]) -> Answer[Channel]:
    row, wanted = await one_channel(call), call.body
    call.unchanged(channel(row, _key(call)))
    id = ChannelId(row.channel)
    config = Config() if wanted.config is UNSET else wanted.config
    for other in sorted(config.named - OF_KIND.get(row.kind, ("", set()))[1]):
        if row.kind != "in_app":
            path = f"config.{other}"
            raise invalid_body(path, f"Not for a channel of kind {row.kind}")
    command = UpdateChannel(
        channel=id,
        name=None if wanted.name is UNSET else wanted.name.strip(),
        url=None if config.url is UNSET else config.url,
        sealed_config=_sealed(call, id, config),
        leads_to=None if config.webhook_url is UNSET else config.webhook_url,
        event_types=None if config.event_types is UNSET else config.event_types,
        is_active=None if wanted.is_active is UNSET else wanted.is_active,
    )
    (outcome,) = await call.ask([command])
    if outcome.refused is not None:
        raise _refused(outcome.refused, config)
    return ok(channel(await one_channel(call), _key(call)))


async def delete_channel(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await one_channel(call)
    call.unchanged(channel(row, _key(call)))
    await call.tell(DeleteChannel(channel=ChannelId(row.channel)))
    return deleted(row.channel)


async def rotate_secret(call: Call[Nothing, None]) -> Answer[Rotated]:
    row = await one_channel(call)
    id, secret, until = ChannelId(row.channel), _secret(), call.now + _OVERLAP
    sealed = seal(_key(call), secret.encode(), secret_context(id))
    (outcome,) = await call.ask([RotateSecret(channel=id, sealed_secret=sealed, previous_until=until)])
    if outcome.refused is not None:
        if outcome.refused.code == "no_secret":
            raise ApiError("invalid_params", outcome.refused.message.rstrip("."))
        raise refused(outcome.refused)
    (event,) = outcome.events
    shown = secret if event["sealed_secret"] == sealed else None
    return Answer(data=Rotated(shown, instant(until)), secrets=("secret",))


async def test_channel(call: Call[Nothing, None]) -> Answer[Tested]:
    """Queue a test and wait for what comes of it."""
    row = await one_channel(call)
    if row.kind == "in_app":
        return ok(Tested(ok=True, http_status=None, duration_ms=0, error=None))
    id = clock.new_id()
    outcome = await call.tell(SendTest(channel=ChannelId(row.channel), delivery=id))
    id = UUID(outcome.events[0]["delivery"])
    try:
        async with asyncio.timeout(_TEST_SECONDS):
            made = await _attempted(call, id)
    except TimeoutError as error:
        raise ApiError("unavailable", headers={"Retry-After": "1"}) from error
    tried = made[-1]
    return ok(
        Tested(ok=tried.error is None, http_status=tried.http_status, duration_ms=tried.duration_ms, error=tried.error)
    )


async def _attempted(call: Call[Any, Any], delivery: UUID) -> list[channels.AttemptRow]:
    """The attempts of a delivery, once there are any."""
    while True:
        made = await channels.attempts(call.db, call.org, [delivery])
        if made:
            return made
        await asyncio.sleep(_LOOK_SECONDS)


async def one_channel(call: Call[Any, Any], id: UUID | None = None) -> channels.ChannelRow:
    """The channel of the path, or that one. Raises a 404."""
    row = await channels.channel(call.db, call.org, id or call.ids["channelId"])
    if row is None:
        raise ApiError("not_found")
    return row


def _key(call: Call[Any, Any]) -> str:
    return call.settings.secret_key.get_secret_value()


def _secret() -> str:
    return f"whsec_{base64.b64encode(clock.random_bytes(_SECRET_BYTES)).decode()}"


def _sealed(call: Call[Any, Any], id: ChannelId, config: Config) -> str | None:
    """Where the channel leads, sealed when that is somebody's address or opens something."""
    if config.to is not UNSET:
        return seal(_key(call), msgspec.json.encode(list(dict.fromkeys(config.to))), config_context(id))
    if config.webhook_url is not UNSET:
        return seal(_key(call), config.webhook_url.encode(), config_context(id))
    return None


def _refused(refusal: Refusal, config: Config) -> ApiError:
    if refusal.code == "forbidden_target":
        path = "config.url" if config.webhook_url is UNSET else "config.webhook_url"
        return invalid_body(path, f"{refusal.message} ({refusal.details['reason']})")
    return refused(refusal)
