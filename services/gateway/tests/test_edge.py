"""Cursors, rate windows, ETags and the envelope, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackagoat.events.decider import Refusal
from trackagoat.gateway.edge.answers import Answer, envelope, error_envelope, etag, without_secrets
from trackagoat.gateway.edge.cursors import BadCursor, Cursors, binding
from trackagoat.gateway.edge.faults import refused
from trackagoat.gateway.edge.headers import request_id
from trackagoat.gateway.resources.fields import instant, merged, number
from trackagoat.gateway.routes import examples

ID = UUID(int=7)
AT = datetime(2026, 3, 10, 8, 0, 0, 123456, tzinfo=UTC)
CURSORS = Cursors("secret")


def test_a_cursor_brings_back_the_exact_position() -> None:
    bound = binding("GET /creators", ID, {"search": None})
    cursor = CURSORS.make((AT, ID), bound)
    assert CURSORS.read(cursor, bound, tuple[datetime, UUID]) == (AT, ID)
    assert CURSORS.read(CURSORS.make((None, ID), bound), bound, tuple[int | None, UUID]) == (None, ID)


@pytest.mark.parametrize(
    "other",
    [
        binding("GET /videos", ID, {"search": None}),
        binding("GET /creators", UUID(int=8), {"search": None}),
        binding("GET /creators", ID, {"search": "a"}),
    ],
)
def test_a_cursor_is_good_for_one_list_only(other: bytes) -> None:
    cursor = CURSORS.make((AT, ID), binding("GET /creators", ID, {"search": None}))
    with pytest.raises(BadCursor):
        CURSORS.read(cursor, other, tuple[datetime, UUID])


@given(st.text() | st.text(alphabet="abcdefghijkABC0123456789-_", min_size=40))
def test_nothing_made_up_is_a_cursor(made_up: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.read(made_up, b"", tuple[datetime, UUID])


def test_a_cursor_of_another_installation_is_refused() -> None:
    with pytest.raises(BadCursor):
        CURSORS.read(Cursors("other").make((AT, ID), b""), b"", tuple[datetime, UUID])


def test_an_etag_changes_with_settings_and_not_with_counters() -> None:
    replace = msgspec.structs.replace
    before = etag(examples.CREATOR)
    assert etag(replace(examples.CREATOR, follower_count=1, last_scraped_at=None, updated_at="later")) == before
    assert etag(replace(examples.CREATOR, readme="met")) != before
    assert etag(examples.CREATOR_DETAIL) == before


def test_the_envelope_has_three_members() -> None:
    assert msgspec.json.decode(envelope([1], None)) == {"data": [1], "error": None, "meta": None}
    failure = msgspec.json.decode(error_envelope("not_found", "Not found", {}))
    assert failure == {"data": None, "error": "Not found", "meta": {"code": "not_found"}}


def test_a_replay_shows_no_secret() -> None:
    answer = Answer(data=examples.NEW_API_KEY, secrets=("key",))
    assert without_secrets(answer)["key"] is None
    assert without_secrets(answer)["prefix"] == examples.NEW_API_KEY.prefix


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [("handle_taken", 409, "handle_taken"), ("limit_reached", 402, "So it is"), ("not_found", 404, "So it is")],
)
def test_a_refusal_becomes_the_status_of_its_code(code: str, status: int, error: str) -> None:
    made = refused(Refusal(code, "So it is.", {"limit_key": "x"}))
    assert (made.status, made.message, made.meta) == (status, error, {"limitKey": "x"})


@pytest.mark.parametrize("sent", [None, "", "a b", "x" * 129, "é"])
def test_a_request_id_that_is_none_is_replaced(sent: str | None) -> None:
    assert request_id(sent) != sent
    assert request_id("a-B_1.2") == "a-B_1.2"


def test_instants_show_milliseconds_when_there_are_any() -> None:
    assert instant(AT) == "2026-03-10T08:00:00.123Z"
    assert instant(AT.replace(microsecond=999)) == "2026-03-10T08:00:00Z"


def test_decimals_are_shown_as_plain_numbers() -> None:
    shown = [number(Decimal(text), 2) for text in ("15.00", "12.50", "0.125", "1E+3")]
    assert msgspec.json.encode(shown) == b"[15,12.5,0.13,1000]"


def test_metadata_is_merged() -> None:
    assert merged({"a": 1, "b": None, "c": 3}, {"a": None, "c": {"d": None}, "e": 5}) == {
        "b": None,
        "c": {"d": None},
        "e": 5,
    }
    assert merged({"a": 1}, None) == {}
