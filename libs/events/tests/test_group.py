"""Commands that wait together share a transaction and are answered as if each were alone."""

from __future__ import annotations

import asyncio
from copy import copy
from typing import Any

import asyncpg
import msgspec
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.envelope import Ask
from trackagoat.events.group import Group
from trackagoat.events.testing.play import said
from trackagoat.events.testing.sample import SPEAKER, ask, create
from trackagoat.events.writer import Writer


async def test_each_of_many_gets_its_own_answer_and_they_share_transactions(speaker: Any) -> None:
    group = Group(Writer(speaker, SPEAKER))
    names = [f"goat {n}" for n in range(50)]
    answers = await asyncio.gather(*(group.handle(ask(), [create(name)]) for name in names))
    assert [answer[0].events[0]["name"] for answer in answers] == names
    transactions = await speaker.fetchval("SELECT count(DISTINCT xmin::text) FROM events")
    assert transactions < len(names)
    versions = await speaker.fetch("SELECT version FROM events ORDER BY version")
    assert [row["version"] for row in versions] == list(range(1, 51))


async def test_a_refusal_concerns_its_own_command_only(speaker: Any) -> None:
    group = Group(Writer(speaker, SPEAKER))
    asked = [create(name) for name in ("a", "b", "a", "c", "b")]
    answers = await asyncio.gather(*(group.handle(ask(), [command]) for command in asked))
    assert [answer[0].refused is None for answer in answers] == [True, True, False, True, False]


async def test_the_same_command_asked_twice_at_once_is_stored_once(speaker: Any) -> None:
    group, question, command = Group(Writer(speaker, SPEAKER)), ask(), create("a")
    others = [group.handle(ask(), [create(f"{n}")]) for n in range(10)]
    twice = [group.handle(question, [command]) for _ in range(2)]
    await asyncio.gather(*others, *twice)
    assert await group.handle(question, [command]) == await group.handle(question, [command])
    assert len(await said(speaker)) == 11
    assert await speaker.fetchval("SELECT count(*) FROM outcomes") == 11


async def test_one_that_breaks_does_not_take_the_others_with_it(speaker: Any) -> None:
    await speaker.execute("ALTER TABLE named ADD CHECK (name <> 'bad')")
    group = Group(Writer(speaker, SPEAKER))
    asked = [group.handle(ask(), [create(name)]) for name in ("a", "bad", "b", "c")]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(answers[1], asyncpg.CheckViolationError)
    assert {event.name for event in await said(speaker)} == {"a", "b", "c"}


async def test_orgs_that_share_a_transaction_keep_their_streams_apart(speaker: Any) -> None:
    group = Group(Writer(speaker, SPEAKER))
    orgs = [OrgId(clock.new_id()) for _ in range(5)]
    asks = [Ask(org=org, command_id=clock.new_id(), at=clock.now()) for org in orgs]
    answers = await asyncio.gather(*(group.handle(one, [create("same name")]) for one in asks))
    assert all(answer[0].refused is None for answer in answers)
    assert await speaker.fetchval("SELECT count(*) FROM events WHERE version = 1") == 5


async def test_nobody_waits_for_what_another_command_is_prepared_with(speaker: Any) -> None:
    told = asyncio.Event()

    async def prepare(_: Any, __: Ask, commands: Any) -> Any:
        if commands[0].name == "slow":
            await told.wait()
        return [msgspec.structs.replace(command, name=f"{command.name}, prepared") for command in commands]

    decider = copy(SPEAKER.deciders[0])
    decider.prepare = prepare
    group = Group(Writer(speaker, msgspec.structs.replace(SPEAKER, deciders=[decider])))
    slow = asyncio.create_task(group.handle(ask(), [create("slow")]))
    await group.handle(ask(), [create("quick")])
    assert [event.name for event in await said(speaker)] == ["quick, prepared"]
    told.set()
    (outcome,) = await slow
    assert outcome.events[0]["name"] == "slow, prepared"


async def test_two_services_with_groups_race_without_losing_anything(speaker: Any) -> None:
    groups = [Group(Writer(speaker, SPEAKER)) for _ in range(3)]
    asked = [groups[n % 3].handle(ask(), [create(f"{n}")]) for n in range(60)]
    answers = await asyncio.gather(*asked)
    refused = [answer[0].refused for answer in answers if answer[0].refused]
    assert {r.code for r in refused} <= {"write_conflict"}
    assert len(await said(speaker)) == 60 - len(refused)


@pytest.mark.parametrize("size", [1, 20])
async def test_a_bulk_is_answered_in_order(speaker: Any, size: int) -> None:
    group = Group(Writer(speaker, SPEAKER))
    commands = [create(f"{n}") for n in range(size)]
    outcomes = await group.handle(ask(), commands)
    assert [o.events[0]["name"] for o in outcomes] == [command.name for command in commands]
