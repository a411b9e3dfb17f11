"""Every event ever released can be decoded, and comes back out as the same bytes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from trackagoat.events.codec import EVENTS, decode_event, encode
from trackagoat.events.testing.golden import example

GOLDEN = Path(__file__).parent / "golden"


def golden(tag: str) -> Path:
    return GOLDEN / f"{tag}.json"


@pytest.mark.parametrize("tag", sorted(EVENTS))
def test_every_tag_has_a_golden_file(tag: str) -> None:
    assert golden(tag).exists(), f"run `just golden` to store an example of {tag}, then never edit it"


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_event_decodes_and_encodes_to_the_same_value(path: Path) -> None:
    stored = path.read_bytes()
    again = encode(decode_event(path.stem, stored))
    assert msgspec.json.decode(again) == msgspec.json.decode(stored)


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
