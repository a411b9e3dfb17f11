"""Bytes to envelopes and back: the one place that knows how facts are stored and published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import msgspec

from trackagoat.events.catalogue import campaigns, goals, ingest, notifications, sources, workspace
from trackagoat.events.catalogue.upcasts import UPCASTS, Step
from trackagoat.events.catalogue.words import Command, Event
from trackagoat.events.decider import Outcome, members
from trackagoat.events.envelope import Actor
from trackagoat.events.errors import Undecodable

PAGES = (workspace, ingest, sources, campaigns, goals, notifications)
"""The pages of the catalogue: what each service may be asked and may say."""

EVENTS: dict[str, type[Event]] = {e.tag(): e for page in PAGES for e in members(page.Events)}
"""Every event by its tag."""

COMMANDS: dict[str, type[Command]] = {c.__name__: c for page in PAGES for c in members(page.Commands)}
"""Every command by the name of its class, which is the last token of its subject."""

_encode = msgspec.json.Encoder().encode
_decode_actor = msgspec.json.Decoder(Actor).decode
_decode_outcomes = msgspec.json.Decoder(list[Outcome]).decode


def encode(value: Any) -> bytes:
    """JSON of anything the catalogue is made of."""
    return _encode(value)


class Tags:
    """What tags mean: the events of today, and the steps that lead from older tags to them."""

    def __init__(self, events: Mapping[str, type[Event]], upcasts: Mapping[str, Step]) -> None:
        """Raises Undecodable when a step leads nowhere, or away from a tag that is still said."""
        self._upcasts = upcasts
        self._kinds = dict(events)
        for tag in upcasts:
            if tag in events:
                message = f"{events[tag].__name__} still has the tag {tag}; only a tag that is no longer said is upcast"
                raise Undecodable(message)
            self._kinds[tag] = events[self._last(tag, events)]
        self._decoders = {tag: msgspec.json.Decoder(kind) for tag, kind in self._kinds.items()}

    def __contains__(self, tag: object) -> bool:
        """Can this program read what was stored under the tag?"""
        return tag in self._kinds

    def kind(self, tag: str) -> type[Event]:
        """Today's class behind a tag, however old. Raises Undecodable."""
        if tag not in self._kinds:
            message = f"no event of this program has the tag {tag}"
            raise Undecodable(message)
        return self._kinds[tag]

    def of(self, kinds: Iterable[type[Event]]) -> frozenset[str]:
        """Every tag, of today and of old, that is read as one of these classes."""
        wanted = set(kinds)
        return frozenset(tag for tag, kind in self._kinds.items() if kind in wanted)

    def matching(self, pattern: str) -> frozenset[str]:
        """Every tag that fits a pattern such as `video.*`, `stats.snapshotted` or `goal.created.v1`."""
        return frozenset(
            t for t in self._kinds if fnmatchcase(t, pattern) or fnmatchcase(t.rsplit(".v", 1)[0], pattern)
        )

    def decode(self, tag: str, data: bytes | str) -> Event:
        """The event behind bytes stored under that tag. Raises Undecodable."""
        self.kind(tag)
        try:
            return self._decoders[tag].decode(self._raised(tag, data) if tag in self._upcasts else data)
        except (msgspec.DecodeError, AttributeError, LookupError, TypeError, ValueError) as error:
            message = f"{tag}: {error}"
            raise Undecodable(message) from error

    def _raised(self, tag: str, data: bytes | str) -> bytes:
        shape = msgspec.json.decode(data, type=dict[str, Any])
        shape.pop("type", None)
        while tag in self._upcasts:
            tag, step = self._upcasts[tag]
            shape = step(shape)
        return encode({"type": tag} | shape)

    def _last(self, tag: str, events: Mapping[str, type[Event]]) -> str:
        seen = [tag]
        while tag not in events:
            tag = self._upcasts[tag][0] if tag in self._upcasts else ""
            if not tag or tag in seen:
                message = f"the steps {' -> '.join(seen)} lead to no event of this program"
                raise Undecodable(message)
            seen.append(tag)
        return tag


TAGS = Tags(EVENTS, UPCASTS)
"""The tags of this program."""


def decode_event(tag: str, data: bytes | str) -> Event:
    """The event behind stored or published bytes, as the class it is today. Raises Undecodable."""
    return TAGS.decode(tag, data)


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
