"""Counts, times, durations and texts as messy files write them."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackagoat.ingest.sources.importing.cells import LARGEST, Unreadable, count, duration, instant, link, text, zone

instants = st.datetimes(datetime(2016, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are bare
offsets = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
letters = st.text("0123456789.,:-+ KMBTZ'\u00a0eE/٣", max_size=24)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0", 0),
        ("541", 541),
        ("541.2K", 541_200),
        ("5.3M", 5_300_000),
        ("1.2B", 1_200_000_000),
        ("506.6k", 506_600),
        ("12 K", 12_000),
        ("1,5M", 1_500_000),
        ("0.0005K", 1),
        ("1,234", 1_234),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1 234 567", 1_234_567),
        ("1\u202f234", 1_234),
        ("1'234'567", 1_234_567),
        ("1234.0", 1_234),
        (" 7 ", 7),
        (7, 7),
        (7.0, 7),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_a_count_is_read_in_every_unambiguous_spelling(cell: object, number: int | None) -> None:
    assert count(cell) == number


@pytest.mark.parametrize(
    "cell",
    [
        "Share",
        "-1",
        "1.234",
        "1,23",
        "1,234K",
        "12,34,567",
        "1,234.567",
        "1e6",
        "10K+",
        "K",
        "٣",
        "½",
        "99999999999999999999",
        "nan",
        "-",
        True,
        1.5,
        float("inf"),
        -3,
        [1],
        {"a": 1},
    ],
)
def test_a_stray_word_or_an_ambiguous_number_is_no_count(cell: object) -> None:
    with pytest.raises(Unreadable):
        count(cell)


@given(st.integers(0, LARGEST))
def test_any_whole_number_survives_being_written_and_read(number: int) -> None:
    assert count(str(number)) == count(f"{number:,}") == count(number) == number


@given(st.integers(0, 9_999), st.sampled_from([("K", 1_000), ("M", 1_000_000), ("B", 1_000_000_000)]))
def test_a_short_count_is_exact_to_its_last_digit(tenths: int, unit: tuple[str, int]) -> None:
    assert count(f"{tenths // 10}.{tenths % 10}{unit[0]}") == tenths * unit[1] // 10


@given(json_values | letters)
def test_whatever_a_cell_holds_it_is_read_or_unreadable(cell: object) -> None:
    for read in (count, duration, lambda cell: instant(cell, UTC)):
        with contextlib.suppress(Unreadable):
            read(cell)
    with contextlib.suppress(Unreadable):
        zone(str(cell))
    assert text(cell) != ""
    assert link(cell) != ""


@given(letters | json_values)
def test_a_count_that_is_read_is_never_negative_nor_beyond_what_is_stored(cell: object) -> None:
    with contextlib.suppress(Unreadable):
        number = count(cell)
        assert number is None or 0 <= number <= LARGEST


@given(instants, offsets)
def test_an_instant_survives_being_written_with_any_offset(at: datetime, offset: timezone) -> None:
    assert instant(at.astimezone(offset).isoformat(), UTC) == at


@given(instants, offsets)
def test_an_instant_without_offset_is_local_to_the_zone(at: datetime, offset: timezone) -> None:
    local = at.astimezone(offset).replace(tzinfo=None)
    assert instant(local.isoformat(" "), offset) == at


@given(instants)
def test_unix_seconds_and_milliseconds_are_instants(at: datetime) -> None:
    seconds = int(at.timestamp())
    assert instant(seconds, UTC) == instant(str(seconds), UTC) == at.replace(microsecond=0)
    assert instant(seconds * 1_000, UTC) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    "cell",
    [
        "2025-05-14 21:18:07",
        "2025-05-14T21:18:07Z",
        "2025-05-14T23:18:07+02:00",
        "2025/5/14 21:18:07",
        "2025-05-14 21:18:07 UTC",
        1747257487,
        "1747257487000",
    ],
)
def test_a_time_is_read_in_every_unambiguous_spelling(cell: object) -> None:
    assert instant(cell, UTC) == datetime(2025, 5, 14, 21, 18, 7, tzinfo=UTC)


def test_a_day_alone_is_its_first_moment_in_the_zone() -> None:
    assert instant("2025-05-14", ZoneInfo("Asia/Jakarta")) == datetime(2025, 5, 13, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell", ["yesterday", "14/05/2025", "2025-02-30", "2025-05-14 25:00", True, ["x"], "0001-01-01T00:00+14:00"]
)
def test_what_is_no_time_is_unreadable(cell: object) -> None:
    with pytest.raises(Unreadable):
        instant(cell, UTC)


@pytest.mark.parametrize("name", ["+07:00", "+0700", "+7", "UTC+7", "Asia/Jakarta"])
def test_a_zone_is_an_offset_or_a_name(name: str) -> None:
    assert instant("2025-05-14 21:18:07", zone(name)) == datetime(2025, 5, 14, 14, 18, 7, tzinfo=UTC)


@pytest.mark.parametrize("name", ["", "Jakarta", "+25:00", "../../etc/passwd", "/etc/localtime", "Europe", "\0"])
def test_what_is_no_zone_is_unreadable(name: str) -> None:
    with pytest.raises(Unreadable, match="not a time zone"):
        zone(name)


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("04:20", 260),
        ("00:00", 0),
        ("1:02:03", 3723),
        ("260", 260),
        ("12.5", 13),
        (31, 31),
        (14.2, 14),
        ("", None),
        (None, None),
    ],
)
def test_a_duration_is_whole_seconds(cell: object, seconds: int | None) -> None:
    assert duration(cell) == seconds


@pytest.mark.parametrize("cell", ["4 min", "4:60", "-1", -1, True, "99:00:00", "1:2:3:4", [4]])
def test_what_is_no_duration_is_unreadable(cell: object) -> None:
    with pytest.raises(Unreadable):
        duration(cell)


def test_a_text_loses_what_a_database_cannot_hold() -> None:
    assert text("a\x00b\ud800c\n") == "a b c"
    assert text("x" * 5_000) == "x" * 4_000
    assert text(" \t") is None


def test_a_link_is_a_web_address_or_nothing() -> None:
    assert link("https://p16.example/a.webp") == "https://p16.example/a.webp"
    assert link("javascript:alert(1)") is None
    assert link("https://p16.example/" + "a" * 2_048) is None
