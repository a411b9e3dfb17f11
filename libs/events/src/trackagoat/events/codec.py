"""Bytes to envelopes and back: the one place that knows how facts are stored and published."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from trackagoat.events.catalogue import campaigns, goals, ingest, notifications, workspace
from trackagoat.events.catalogue.words import Command, Event
from trackagoat.events.decider import Outcome, members
from trackagoat.events.envelope import Actor
from trackagoat.events.errors import Undecodable

PAGES = (workspace, ingest, campaigns, goals, notifications)
"""The pages of the catalogue: what each service may be asked and may say."""

EVENTS: dict[str, type[Event]] = {e.tag(): e for page in PAGES for e in members(page.Events)}
"""Every event by its tag."""

COMMANDS: dict[str, type[Command]] = {c.__name__: c for page in PAGES for c in members(page.Commands)}
"""Every command by the name of its class, which is the last token of its subject."""

_encode = msgspec.json.Encoder().encode
_decode_actor = msgspec.json.Decoder(Actor).decode
_decode_outcomes = msgspec.json.Decoder(list[Outcome]).decode


@cache
def _decoder(tag: str) -> msgspec.json.Decoder[Event]:
    if tag not in EVENTS:
        message = f"no event of this program has the tag {tag}"
        raise Undecodable(message)
    return msgspec.json.Decoder(EVENTS[tag])


def encode(value: Any) -> bytes:
    """JSON of anything the catalogue is made of."""
    return _encode(value)


def decode_event(tag: str, data: bytes | str) -> Event:
    """The event behind stored or published bytes. Raises Undecodable."""
    try:
        return _decoder(tag).decode(data)
    except msgspec.DecodeError as error:
        message = f"{tag}: {error}"
        raise Undecodable(message) from error


def decode_actor(data: bytes | str) -> Actor:
    """The actor behind stored bytes."""
    return _decode_actor(data)


def decode_commands(name: str, data: bytes) -> list[Command]:
    """The commands of one class behind a request. Raises Undecodable."""
    if name not in COMMANDS:
        message = f"no command of this program is called {name}"
        raise Undecodable(message)
    try:
        return _commands_decoder(name).decode(data)
    except msgspec.DecodeError as error:
        message = f"{name}: {error}"
        raise Undecodable(message) from error


@cache
def _commands_decoder(name: str) -> msgspec.json.Decoder[list[Command]]:
    kind: Any = COMMANDS[name]
    return msgspec.json.Decoder(list[kind])


def decode_outcomes(data: bytes | str) -> list[Outcome]:
    """The outcomes behind a stored answer or a reply."""
    return _decode_outcomes(data)
