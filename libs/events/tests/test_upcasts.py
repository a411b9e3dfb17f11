"""Old events are read for ever: a family of test events that changed its shape twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from trackagoat.events import clock, codec, relay
from trackagoat.events.bus import Bus
from trackagoat.events.catalogue.upcasts import UPCASTS, Shape, Step
from trackagoat.events.catalogue.words import Event
from trackagoat.events.codec import TAGS, Tags
from trackagoat.events.errors import Undecodable
from trackagoat.events.ledger import feed_query, from_row
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.sample import ORG

GOLDEN = Path(__file__).parent / "golden"
STORE = """
WITH stored AS (
    INSERT INTO events (id, org, stream, version, tag, at, actor, data)
    VALUES ($1, $2, 'people', 1, $3, now(), '{"type": "system"}', $4) RETURNING pos
)
INSERT INTO unsequenced SELECT pos FROM stored
"""


class PersonNamed(Event, frozen=True, kw_only=True, tag="test.person_named.v3"):
    """First it held one name, then a first and a last one, now as many as there are and a country."""

    speaker: ClassVar[str] = "workspace"
    names: list[str]
    country: str = "unknown"


def in_parts(shape: Shape) -> Shape:
    first, _, last = shape["name"].partition(" ")
    return {"first": first, "last": last or None}


def as_list(shape: Shape) -> Shape:
    return {"names": [name for name in (shape["first"], shape["last"]) if name]}


STEPS: dict[str, Step] = {
    "test.person_named.v1": ("test.person_named.v2", in_parts),
    "test.person_named.v2": ("test.person_named.v3", as_list),
}
FAMILY = Tags({"test.person_named.v3": PersonNamed}, STEPS)


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("test.person_named.*.json")), ids=lambda path: path.stem)
def test_every_version_ever_stored_is_read_as_the_event_of_today(path: Path) -> None:
    assert FAMILY.decode(path.stem, path.read_bytes()) == PersonNamed(names=["Ada", "Lovelace"])


def test_what_listens_for_a_class_hears_its_old_tags_too() -> None:
    assert FAMILY.of([PersonNamed]) == {f"test.person_named.v{n}" for n in (1, 2, 3)}
    assert FAMILY.kind("test.person_named.v1") is PersonNamed


def test_a_tag_that_nobody_knows_is_undecodable() -> None:
    assert "test.person_named.v0" not in FAMILY
    with pytest.raises(Undecodable, match=r"no event of this program has the tag test\.person_named\.v0"):
        FAMILY.decode("test.person_named.v0", b"{}")


@pytest.mark.parametrize("stored", [b'{"name": 7}', b"{}", b"[]", b"{"])
def test_bytes_that_do_not_fit_their_old_tag_are_undecodable(stored: bytes) -> None:
    with pytest.raises(Undecodable, match=r"^test\.person_named\.v1: "):
        FAMILY.decode("test.person_named.v1", stored)


def test_steps_that_lead_nowhere_are_refused_at_once() -> None:
    with pytest.raises(Undecodable, match=r"test\.person_named\.v1 -> test\.person_named\.v2.* no event"):
        Tags({}, STEPS)
    with pytest.raises(Undecodable, match="lead to no event"):
        Tags({}, {"a.v1": ("a.v2", dict), "a.v2": ("a.v1", dict)})


def test_a_tag_that_is_still_said_has_no_step() -> None:
    with pytest.raises(Undecodable, match="only a tag that is no longer said is upcast"):
        Tags({"test.person_named.v3": PersonNamed}, {"test.person_named.v3": ("test.person_named.v3", dict)})


async def test_an_old_event_in_the_ledger_travels_and_is_understood(
    speaker: Any, nats_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its subject carries the class of today, its bytes and its tag stay as they were."""
    stored = (GOLDEN / "test.person_named.v1.json").read_text()
    for module in (codec, relay):
        monkeypatch.setattr(module, "TAGS", FAMILY)
    await speaker.execute(STORE, clock.new_id(), ORG, "test.person_named.v1", stored)
    await sequence(speaker)
    (row,) = await speaker.fetch(feed_query("workspace"), 0, 10)
    assert from_row("workspace", row).event == PersonNamed(names=["Ada", "Lovelace"])
    bus = await Bus(nats_server.url, "workspace", "workspace", "test").open()
    try:
        publisher, js = relay.Publisher(bus), bus.jetstream()
        await publisher.open()
        await publisher.publish("workspace", await relay.anchor(speaker, js, "workspace"), [row])
        message = await js.get_last_msg("EVENTS_WORKSPACE", "events.workspace.>")
    finally:
        await bus.close()
    assert f".PersonNamed.{ORG}." in str(message.subject)
    assert (message.headers or {})["ce-type"] == "test.person_named.v1"
    assert json.loads(message.data or b"") == json.loads(stored)


def test_every_step_of_the_catalogue_leads_to_an_event() -> None:
    assert all(TAGS.kind(tag) for tag in UPCASTS)
