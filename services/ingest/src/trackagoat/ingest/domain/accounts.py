"""Accounts that let a source read them: connected, renewed, and disconnected."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from immutables import Map

from trackagoat.events.catalogue.sources import (
    AccountCommands,
    AccountConnected,
    AccountDisconnected,
    AccountEvents,
    AccountRenewed,
    ConnectAccount,
    DisconnectAccount,
    EndConnection,
    NotConnected,
    RenewAccount,
    UnknownSource,
)
from trackagoat.ingest.domain import tiktok

STREAM = "source-accounts"
"""The stream of an org's accounts."""
_SHARE = 3 / 4
"""Of a token's life, after which it is renewed."""

Place = tuple[str, str]
"""A source and a handle in the form in which its spellings are equal."""


class Accounts(msgspec.Struct, frozen=True):
    """The connections that stand, and what they were last told."""

    standing: Map[Place, UUID] = Map()
    tokens: Map[Place, str] = Map()


def decide(command: AccountCommands, accounts: Accounts, *, connecting: Collection[str]) -> list[AccountEvents]:
    """What a command makes happen; `connecting` are the sources that read accounts with their owners' consent."""
    if isinstance(command, EndConnection):
        return [_ended(place, id) for place, id in accounts.standing.items() if id == command.connection]
    handle = tiktok.handle(command.tiktok_handle)
    place = (command.source, tiktok.handle_key(handle))
    stands = accounts.standing.get(place)
    match command:
        case ConnectAccount():
            if command.source not in connecting:
                raise UnknownSource(unknown=[command.source], configured=sorted(connecting))
            told = msgspec.structs.asdict(command) | {"tiktok_handle": handle}
            return [] if stands == command.connection else [AccountConnected(**told)]
        case RenewAccount():
            if stands != command.connection or accounts.tokens.get(place) == command.sealed_tokens:
                return []
            return [AccountRenewed(**(msgspec.structs.asdict(command) | {"tiktok_handle": handle}))]
        case DisconnectAccount(connection=wanted):
            if stands is None and wanted is None:
                raise NotConnected(source=command.source, tiktok_handle=handle)
            if stands is None or wanted not in {None, stands}:
                return []
            gone = AccountDisconnected(
                connection=stands, source=command.source, tiktok_handle=handle, reason=command.reason
            )
            return [gone]


def _ended(place: Place, connection: UUID) -> AccountDisconnected:
    source, handle = place
    return AccountDisconnected(connection=connection, source=source, tiktok_handle=handle, reason="disconnected")


def evolve(accounts: Accounts, event: AccountEvents) -> Accounts:
    """The accounts after the event."""
    place = (event.source, tiktok.handle_key(event.tiktok_handle))
    match event:
        case AccountConnected() | AccountRenewed():
            return Accounts(
                accounts.standing.set(place, event.connection), accounts.tokens.set(place, event.sealed_tokens)
            )
        case AccountDisconnected():
            return Accounts(accounts.standing.delete(place), accounts.tokens.delete(place))


def renew_at(now: datetime, expires_at: datetime) -> datetime:
    """When an access token that is good from `now` on is renewed: early enough for several tries."""
    return now + max(timedelta(), (expires_at - now) * _SHARE)
