"""Time travel: a stream folded as it was, with the rules of the service it belongs to."""

from __future__ import annotations

import base64
import importlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from trackagoat.cli.errors import Failure
from trackagoat.events.catalogue.words import Event, OrgId
from trackagoat.events.codec import decode_event
from trackagoat.events.decider import Decider

_STREAM = """
SELECT version, tag, at, data FROM {service}.events WHERE org = $1 AND stream = $2 ORDER BY version
"""


async def folded(
    db: Any, service: str, stream: str, org: OrgId, *, at: datetime | None, version: int | None
) -> dict[str, Any]:
    """The state after everything up to that time or version, as plain values. Raises Failure."""
    rows = await db.fetch(_STREAM.format(service=service), org, stream)
    if not rows:
        message = (
            f"{service} has no stream {stream} in this organization; `goat events tail --service {service}` shows some"
        )
        raise Failure(message)
    if rows[0]["version"] is None:
        message = f"{stream} is a stream of observations: nothing is decided on it, so it has no state"
        raise Failure(message)
    past = [r for r in rows if (at is None or r["at"] <= at) and (version is None or r["version"] <= version)]
    told = {"service": service, "stream": stream, "org": org, "version": past[-1]["version"] if past else 0}
    decider = _decider(service, {type(decode_event(row["tag"], row["data"])) for row in rows})
    state = decider.fold(decider.initial, [decode_event(row["tag"], row["data"]) for row in past])
    return told | {"at": past[-1]["at"] if past else None, "decider": decider.name, "state": plain(state)}


def _decider(service: str, kinds: set[type[Event]]) -> Decider[Any, Any, Any]:
    """The rules that fold all of these. Raises Failure."""
    for decider in deciders(service):
        if kinds <= set(decider.events):
            return decider
    message = f"no decider of {service} folds {', '.join(sorted(kind.__name__ for kind in kinds))}"
    raise Failure(message)


NO_KEY = base64.b64encode(bytes(32)).decode()
"""Nothing is sealed or opened with it."""


def deciders(service: str) -> list[Decider[Any, Any, Any]]:
    """The rules of a service. It is made, but not started, so what its settings would point to does not matter."""
    settings = importlib.import_module(f"trackagoat.{service}.settings").Settings
    build = importlib.import_module(f"trackagoat.{service}.service").service
    return list(build(settings.model_validate({"database_url": "postgresql://nowhere", "secret_key": NO_KEY})).deciders)


def plain(state: Any) -> Any:
    """A state as JSON values: mappings with composite keys become objects whose keys join the parts."""
    return msgspec.to_builtins(state, builtin_types=(), str_keys=True, enc_hook=_unfold, order="deterministic")


def _unfold(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_key(key): item for key, item in value.items()}
    if isinstance(value, type):
        return value.__name__
    return str(value)


def _key(key: Any) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    return "/".join(str(part) for part in parts)
