"""Query strings and bodies become values, or every fault they have."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import MultiDict

from trackagoat.gateway.edge import decoding
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.routes.campaigns.writes import CampaignPatch, NewCampaign
from trackagoat.gateway.routes.creators.lists import ListCreators, ListSnapshots
from trackagoat.gateway.routes.creators.writes import NewCreator, NewCreators
from trackagoat.gateway.routes.projects import NewProject, ProjectPatch


def faults(code: str, decode: Any, *args: Any) -> dict[str, str]:
    with pytest.raises(ApiError) as caught:
        decode(*args)
    assert caught.value.code == code
    return {fault["path"]: fault["message"] for fault in caught.value.meta["details"]}


def query_faults(kind: Any, *given: tuple[str, str]) -> dict[str, str]:
    return faults("invalid_query", decoding.query, kind, MultiDict(given))


def body_faults(kind: Any, raw: bytes, bulk: Any = None) -> dict[str, str]:
    return faults("invalid_body", decoding.body, kind, raw, bulk)


def test_every_fault_of_a_query_is_listed() -> None:
    found = query_faults(
        ListCreators,
        ("limit", "0"),
        ("sort", "name"),
        ("nope", "1"),
        ("search", "a"),
        ("search", "b"),
        ("project_id", "x"),
    )
    assert set(found) == {"limit", "sort", "nope", "search", "project_id"}
    assert found["nope"] == "Unknown parameter"
    assert found["search"] == "Given more than once"
    assert found["sort"] == "Must be one of -created_at, tiktok_handle, -follower_count"


def test_query_values_become_what_they_are() -> None:
    found = decoding.query(ListSnapshots, MultiDict([("from", "2026-03-01"), ("limit", "7")]))
    assert (str(found.from_), found.to, found.limit) == ("2026-03-01", None, 7)
    assert query_faults(ListSnapshots, ("from", "yesterday"), ("limit", "101")).keys() == {"from", "limit"}
    assert query_faults(ListCreators, ("search", "a\x00")) == {"search": "Contains a NUL character"}


def test_every_fault_of_a_body_is_listed_with_its_path() -> None:
    raw = b'{"creators": [{"tiktok_handle": "ana"}, {"tiktok_handle": 7, "tracking_mode": "x"}, {"colour": "red"}]}'
    assert body_faults(NewCreator, raw, NewCreators) == {
        "creators[1].tiktok_handle": "Expected `str`, got `int`",
        "creators[1].tracking_mode": "Must be one of auto, selective",
        "creators[2].colour": "Unknown field",
        "creators[2].tiktok_handle": "Required",
    }


def test_a_bulk_over_its_size_is_one_fault() -> None:
    raw = b'{"creators": [' + b",".join([b'{"tiktok_handle": "a"}'] * 51) + b"]}"
    assert set(body_faults(NewCreator, raw, NewCreators)) == {"creators"}
    assert set(body_faults(NewCreator, b'{"creators": []}', NewCreators)) == {"creators"}


@pytest.mark.parametrize("raw", [b"", b"{", b'{"name": "x"', b"\xff\xfe", b"[" * 100_000, b'{"name": 1e400}'])
def test_what_is_no_json_is_a_fault_of_the_body(raw: bytes) -> None:
    assert set(body_faults(NewProject, raw)) == {""}


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"x"', b"3"])
def test_a_body_that_is_no_object_is_a_fault(raw: bytes) -> None:
    assert set(body_faults(NewProject, raw)) == {""}


@pytest.mark.parametrize("name", ["", "   ", "a\\u0007b", "a\\nb", "x" * 121])
def test_names_are_short_and_without_control_characters(name: str) -> None:
    found = body_faults(NewProject, f'{{"name": "{name}"}}'.encode())
    assert found == {"name": "1 to 120 characters without control characters"}


def test_spaces_around_a_name_do_not_count() -> None:
    body = decoding.body(NewProject, f'{{"name": "  {"x" * 120}  "}}'.encode())
    assert isinstance(body, NewProject)


def test_the_character_that_cannot_be_stored_is_refused_wherever_it_is() -> None:
    assert set(body_faults(NewProject, b'{"name": "x", "metadata": {"a": ["b", "\\u0000"]}}')) == {"metadata.a[1]"}
    assert set(body_faults(NewProject, b'{"name": "x", "metadata": {"a\\u0000": 1}}')) == {"metadata"}
    assert isinstance(decoding.body(NewProject, b'{"name": "x", "readme": "\\\\u0000"}'), NewProject)


def test_a_patch_names_a_field_and_says_one_thing() -> None:
    assert set(body_faults(ProjectPatch, b"{}")) == {""}
    assert set(body_faults(ProjectPatch, b'{"readme": "a", "description": "b"}')) == {"description"}
    assert isinstance(decoding.body(ProjectPatch, b'{"readme": "a", "description": "a"}'), ProjectPatch)
    assert isinstance(decoding.body(CampaignPatch, b'{"target_at": null}'), CampaignPatch)


def test_metadata_is_small() -> None:
    raw = b'{"name": "x", "metadata": {"a": "' + b"y" * 16_384 + b'"}}'
    assert body_faults(NewProject, raw) == {"metadata": "Larger than 16 KiB"}


def test_instants_need_an_offset_and_numbers_a_range() -> None:
    raw = b'{"name": "x", "target_at": "2026-03-01T00:00:00", "target_views": 0}'
    assert set(body_faults(NewCampaign, raw)) == {"target_at", "target_views"}


def test_ids_of_a_path_are_uuids() -> None:
    assert set(faults("invalid_params", decoding.path_ids, {"projectId": "7"})) == {"projectId"}
