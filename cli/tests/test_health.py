"""What services say of themselves, read for a person."""

from __future__ import annotations

from pathlib import Path

from trackagoat.cli.health import behind, last_words, look

METRICS = """
# HELP trackagoat_lag_events Facts a projection has still to apply
trackagoat_lag_events{projection="totals",source="ingest"} 12.0
trackagoat_lag_events{projection="names",source="workspace"} 3.0
trackagoat_lag_seconds{projection="totals",source="ingest"} 99.0
"""


def test_a_service_is_as_far_behind_as_its_slowest_projection() -> None:
    assert behind(METRICS) == 12


def test_a_service_that_follows_nobody_is_not_behind_but_silent() -> None:
    assert behind("trackagoat_feed_head 4.0\n") is None


async def test_a_service_that_does_not_answer_is_told_as_that() -> None:
    assert (await look({"goals": "http://127.0.0.1:1"}))["goals"].faults == ["does not answer"]


def test_the_last_words_of_a_log_are_its_last_complaint(tmp_path: Path) -> None:
    log = tmp_path / "goals.log"
    log.write_text('{"level":"critical","event":"cannot run","error":"no database"}\n{"level":"info","event":"bye"}\n')
    assert last_words(log) == f"no database (see {log})"


def test_a_stack_trace_is_told_by_its_last_line(tmp_path: Path) -> None:
    log = tmp_path / "goals.log"
    log.write_text("Traceback (most recent call last):\n  File x\nValueError: no such thing\n")
    assert last_words(log).startswith("ValueError: no such thing")
