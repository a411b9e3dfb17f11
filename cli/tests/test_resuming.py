"""How far an import has come: what survives, and what begins anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from trackagoat.cli.errors import Failure
from trackagoat.cli.resuming import Progress

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)


def test_batches_done_out_of_order_count_from_the_first_that_is_not(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "mark.json", NOW)
    for batch in (1, 0, 3):
        progress.done(batch)
    again = Progress(tmp_path / "mark.json", LATER)
    assert [again.is_done(batch) for batch in range(4)] == [True, True, False, False]
    assert again.begun.now == NOW, "what lay in the future then lies there still: the batches are the same"


def test_going_on_counts_on(tmp_path: Path) -> None:
    Progress(tmp_path / "mark.json", NOW).done(0)
    second = Progress(tmp_path / "mark.json", LATER)
    second.done(2)
    second.done(1)
    assert Progress(tmp_path / "mark.json", LATER).begun.batches == 3


def test_an_import_that_ended_leaves_nothing(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "mark.json", NOW)
    progress.done(0)
    progress.end()
    assert Progress(tmp_path / "mark.json", LATER).begun.now == LATER
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_left_something_out_begins_anew(tmp_path: Path) -> None:
    Progress(tmp_path / "mark.json", NOW).done(0)
    progress = Progress(tmp_path / "mark.json", LATER)
    progress.rest()
    assert not progress.is_done(0)
    progress.done(0)
    assert list(tmp_path.iterdir()) == []


def test_a_mark_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "mark.json").write_bytes(b"\0")
    assert Progress(tmp_path / "mark.json", NOW).begun.batches == 0


def test_the_mark_belongs_to_what_the_file_holds_and_how_it_is_read(tmp_path: Path) -> None:
    one, two, other = (tmp_path / name for name in ("one.csv", "two.csv", "other.csv"))
    one.write_text("a"), two.write_text("a"), other.write_text("b")
    Progress.of(tmp_path, one, {"tz": "UTC"}, NOW).done(0)
    assert Progress.of(tmp_path, two, {"tz": "UTC"}, NOW).is_done(0)
    assert not Progress.of(tmp_path, other, {"tz": "UTC"}, NOW).is_done(0)
    assert not Progress.of(tmp_path, one, {"tz": "+07:00"}, NOW).is_done(0)


def test_one_import_at_a_time_of_the_same_file(tmp_path: Path) -> None:
    one, two = Progress(tmp_path / "mark.json", NOW), Progress(tmp_path / "mark.json", NOW)
    other = Progress(tmp_path / "other.json", NOW)
    with one.alone(), other.alone(), pytest.raises(Failure, match="another import of the same file"), two.alone():
        pass
    with two.alone():
        two.done(0)
    assert [path.name for path in tmp_path.iterdir()] == ["mark.json"]
