"""Writes become sets without changing what they mean."""

from __future__ import annotations

from typing import Any

from trackagoat.events.effects import Write
from trackagoat.events.host.database import named
from trackagoat.events.sql import flush, write


@write("first")
def first(key: int, value: str) -> Write: ...


@write("second", key=())
def second(key: int) -> Write: ...


class Recorder:
    """Notes what would be executed."""

    def __init__(self) -> None:
        self.sets: list[tuple[Any, ...]] = []

    async def execute(self, query: str, *columns: Any) -> str:
        self.sets.append((query, *columns))
        return ""


async def flushed(*writes: Write) -> list[tuple[Any, ...]]:
    recorder = Recorder()
    await flush(recorder, writes)  # type: ignore[arg-type]
    return recorder.sets


async def test_neighbours_of_one_statement_become_one_set() -> None:
    assert await flushed(first(1, "a"), first(2, "b")) == [("first", [1, 2], ["a", "b"])]


async def test_rows_of_one_key_keep_their_order_in_separate_sets() -> None:
    assert await flushed(first(1, "a"), first(1, "b")) == [("first", [1], ["a"]), ("first", [1], ["b"])]


async def test_another_statement_between_two_is_not_overtaken() -> None:
    assert [s[0] for s in await flushed(first(1, "a"), second(1), first(2, "b"))] == ["first", "second", "first"]


async def test_a_statement_that_copes_with_repeats_gets_all_of_them() -> None:
    assert await flushed(second(1), second(1)) == [("second", [1, 1])]


async def test_nothing_to_write_runs_nothing() -> None:
    assert await flushed() == []


def test_a_query_goes_to_the_database_of_the_service_it_names() -> None:
    assert named("SELECT f.seq\nFROM ingest.feed f JOIN ingest.events e USING (pos)") == "ingest"
    assert named("SELECT 1 FROM (SELECT org FROM goals.goals) g") == "goals"
    assert named("SELECT seq FROM feed_head") is None
    assert named("INSERT INTO checkpoints SELECT projection FROM unnest($1::text[]) AS t(projection)") is None
