"""The names of the IANA timezone database, from the release this program ships with."""

from __future__ import annotations

from functools import cache
from importlib import resources

from trackagoat.events.catalogue.workspace import InvalidTimezone


@cache
def names() -> frozenset[str]:
    """Every zone a calendar day may be cut in. The same on every machine, whatever its own database holds."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def checked(name: str) -> str:
    """The name, when it is one. Raises InvalidTimezone."""
    if name not in names():
        raise InvalidTimezone(timezone=name)
    return name
