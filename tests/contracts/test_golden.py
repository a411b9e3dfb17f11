"""Every event ever released can be decoded, and comes back out as the same bytes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from trackagoat.events.codec import EVENTS, TAGS, decode_event, encode
from trackagoat.events.schemas import gone
from trackagoat.events.testing.golden import example

GOLDEN = Path(__file__).parent / "golden"
STORED = sorted(GOLDEN.glob("*.json"))


def golden(tag: str) -> Path:
    return GOLDEN / f"{tag}.json"


@pytest.mark.parametrize("tag", sorted(EVENTS))
def test_every_tag_has_a_golden_file(tag: str) -> None:
    assert golden(tag).exists(), f"run `just golden` to store an example of {tag}, then never edit it"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_tag_that_was_ever_said_is_still_read(path: Path) -> None:
    assert path.stem in TAGS, gone(path.stem)


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_golden_event_decodes_and_encodes_to_the_same_value(path: Path) -> None:
    """One whose tag is no longer said comes out as the event of today instead."""
    stored = path.read_bytes()
    event = decode_event(path.stem, stored)
    if path.stem in EVENTS:
        assert msgspec.json.decode(encode(event)) == msgspec.json.decode(stored)
    else:
        assert type(event) is TAGS.kind(path.stem)


@pytest.mark.parametrize("tag", sorted(EVENTS))
def test_fields_are_only_ever_added_with_defaults(tag: str) -> None:
    """What the program writes today still has every member the golden file has."""
    stored = msgspec.json.decode(golden(tag).read_bytes())
    assert stored.keys() <= msgspec.to_builtins(example(EVENTS[tag])).keys()


def store_missing() -> None:
    """Write an example of every tag that has none."""
    for tag, event in EVENTS.items():
        if not golden(tag).exists():
            golden(tag).write_bytes(msgspec.json.format(encode(example(event)), indent=2) + b"\n")


if __name__ == "__main__":
    store_missing()
