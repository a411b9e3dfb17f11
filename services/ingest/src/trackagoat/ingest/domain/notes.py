"""Notes: what people and programs wrote about a creator or a video, and what a change leaves of it."""

from __future__ import annotations

from collections.abc import Mapping

from trackagoat.events.catalogue.words import Json


def merged(metadata: Mapping[str, Json], sent: Mapping[str, Json] | None) -> dict[str, Json]:
    """Members sent replace, null removes, others stay; None as a whole empties it."""
    if sent is None:
        return {}
    after = dict(metadata)
    for name, value in sent.items():
        if value is None:
            after.pop(name, None)
        else:
            after[name] = value
    return after


def changed(before: Mapping[str, Json], after: Mapping[str, Json]) -> dict[str, Json]:
    """Of the fields that differ, what they were before."""
    return {name: value for name, value in before.items() if after[name] != value}
