"""Commands become facts once, whatever is repeated or raced."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import msgspec
import pytest

from trackagoat.events import clock
from trackagoat.events.bus import ask_from, headers_of
from trackagoat.events.catalogue import workspace as w
from trackagoat.events.decider import Decider
from trackagoat.events.effects import Decide, Record
from trackagoat.events.group import Group
from trackagoat.events.host.service import Service
from trackagoat.events.testing.play import apply, said
from trackagoat.events.testing.sample import DECIDER, SPEAKER, ask, create
from trackagoat.events.writer import Writer


async def test_a_command_becomes_a_fact_and_a_row_in_one_step(speaker: Any) -> None:
    outcomes = await Writer(speaker, SPEAKER).handle(ask(), [create("a")])
    assert [o.events[0]["name"] for o in outcomes] == ["a"]
    assert await speaker.fetchval("SELECT name FROM named") == "a"
    assert await speaker.fetchval("SELECT version FROM events") == 1


async def test_a_repeated_command_gets_the_first_answer_and_stores_nothing(speaker: Any) -> None:
    question, command = ask(), create("a")
    first = await Writer(speaker, SPEAKER).handle(question, [command])
    assert await Writer(speaker, SPEAKER).handle(question, [command]) == first
    assert len(await said(speaker)) == 1


async def test_a_command_repeated_at_the_same_moment_is_stored_once(speaker: Any) -> None:
    question, command = ask(), create("a")
    answers = await asyncio.gather(*(Writer(speaker, SPEAKER).handle(question, [command]) for _ in range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert len(await said(speaker)) == 1


async def test_a_refusal_travels_with_its_details_and_leaves_nothing(speaker: Any) -> None:
    writer = Writer(speaker, SPEAKER)
    await writer.handle(ask(), [create("a")])
    (outcome,) = await writer.handle(ask(), [create("a")])
    assert outcome.refused is not None
    assert (outcome.refused.code, outcome.refused.details) == ("name_taken", {"name": "a"})
    assert await speaker.fetchval("SELECT count(*) FROM outcomes") == 1


async def test_items_of_a_bulk_are_decided_one_after_the_other(speaker: Any) -> None:
    outcomes = await Writer(speaker, SPEAKER).handle(ask(), [create("a"), create("a"), create("b")])
    assert [o.refused is None for o in outcomes] == [True, False, True]


async def test_of_two_rivals_one_wins_and_the_other_decides_anew(speaker: Any) -> None:
    writers = [Writer(speaker, SPEAKER) for _ in range(6)]
    outcomes = await asyncio.gather(*(writer.handle(ask(), [create("only")]) for writer in writers))
    assert sum(o[0].refused is None for o in outcomes) == 1
    assert {o[0].refused.code for o in outcomes if o[0].refused} <= {"name_taken", "write_conflict"}
    assert len(await said(speaker)) == 1


async def test_a_command_meant_for_another_version_is_not_decided(speaker: Any) -> None:
    writer = Writer(speaker, SPEAKER)
    await writer.handle(ask(), [create("a")])
    late = msgspec.structs.replace(ask(), expected=0)
    (outcome,) = await writer.handle(late, [create("b")])
    assert outcome.refused is not None
    assert (outcome.refused.code, outcome.refused.details) == ("moved", {"version": 1})
    assert ask_from(headers_of(late)) == late


async def test_of_many_meant_for_the_same_version_one_is_decided(speaker: Any) -> None:
    asks = [msgspec.structs.replace(ask(), expected=0) for _ in range(8)]
    groups = [Group(Writer(speaker, SPEAKER)) for _ in range(2)]
    outcomes = await asyncio.gather(*(groups[n % 2].handle(one, [create(f"n{n}")]) for n, one in enumerate(asks)))
    codes = [outcome.refused.code if outcome.refused else None for (outcome,) in outcomes]
    assert sorted(code or "" for code in codes) == ["", *["moved"] * 7]
    again = asks[codes.index(None)]
    ((outcome,),) = [await groups[0].handle(again, [create("other")])]
    assert outcome.refused is None
    assert len(await said(speaker)) == 1


async def test_a_failed_transaction_leaves_no_state_behind(speaker: Any) -> None:
    writer = Writer(speaker, SPEAKER)
    await speaker.execute("ALTER TABLE named ADD CHECK (name <> 'bad')")
    with pytest.raises(asyncpg.CheckViolationError):
        await writer.handle(ask(), [create("bad")])
    assert (await writer.handle(ask(), [create("good")]))[0].refused is None
    await speaker.execute("ALTER TABLE named DROP CONSTRAINT named_name_check")
    assert (await writer.handle(ask(), [create("bad")]))[0].refused is None


async def test_the_ledger_refuses_to_be_changed(speaker: Any) -> None:
    await Writer(speaker, SPEAKER).handle(ask(), [create("a")])
    for statement in ("UPDATE events SET tag = 'x'", "DELETE FROM events", "TRUNCATE events CASCADE"):
        with pytest.raises(asyncpg.RaiseError, match="the ledger only grows"):
            await speaker.execute(statement)


async def test_a_recorded_fact_is_stored_once_under_its_key(speaker: Any) -> None:
    question, event = ask(), w.ProjectCreated(project=create("x").project, name="x")
    for _ in range(2):
        await apply(speaker, SPEAKER, [Record(question.org, "loose", event, "once")], clock.now())
    assert await said(speaker) == [event]
    assert await speaker.fetchval("SELECT count(*) FROM named") == 1


async def test_two_commands_decided_in_one_transaction_see_each_other(speaker: Any) -> None:
    effects = [Decide(ask().org, create("same"), "first"), Decide(ask().org, create("same"), "second")]
    await apply(speaker, SPEAKER, effects, clock.now())
    assert len(await said(speaker)) == 1


async def test_enrich_may_complete_a_command_from_the_database(speaker: Any) -> None:
    async def enrich(db: Any, _: Any, commands: Any) -> list[w.CreateProject]:
        return [w.CreateProject(project=c.project, name=await db.fetchval("SELECT 'from db'")) for c in commands]

    decider: Decider[Any, Any, Any] = Decider(
        "names",
        commands=w.CreateProject,
        events=w.ProjectCreated,
        initial=frozenset(),
        decide=DECIDER.decide,
        evolve=DECIDER.evolve,
        stream=DECIDER.stream,
        enrich=enrich,
    )
    (outcome,) = await Writer(speaker, Service(name="workspace", deciders=[decider])).handle(ask(), [create("a")])
    assert outcome.events[0]["name"] == "from db"
