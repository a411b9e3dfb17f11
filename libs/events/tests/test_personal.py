"""Sealed fields: readable with the subject's key and only with it."""

from __future__ import annotations

import asyncio
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from trackagoat.events import clock
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.personal import NO_ORG, KeyRow, Subject, destroy, reveal, seen_by, stored_keys, subjects_in
from trackagoat.events.sql import flush
from trackagoat.events.testing.vault import VAULT

Pool: TypeAlias = "asyncpg.Pool[Any]"
ORG, OTHER = OrgId(UUID(int=7)), OrgId(UUID(int=8))
ANA, BEN = UUID(int=1), UUID(int=2)


async def subject(pool: Pool, id: UUID = ANA) -> Subject:
    async with pool.acquire() as tx, tx.transaction():
        return (await VAULT.subjects(tx, ORG, [id]))[id]


def sealed(subject: Subject, text: str) -> str:
    made = subject.seal(text)
    assert made is not None
    return made


async def test_the_same_text_of_the_same_subject_seals_alike_and_of_others_differently(speaker: Pool) -> None:
    ana, again, ben = await subject(speaker), await subject(speaker), await subject(speaker, BEN)
    assert ana.seal("a goat") == again.seal("a goat")
    assert ana.seal("a goat") != ana.seal("a sheep")
    assert ana.seal("a goat") != ben.seal("a goat")
    assert ana.seal(None) is None


async def test_an_answer_shows_every_sealed_field_as_the_json_it_was(speaker: Pool) -> None:
    ana = await subject(speaker)
    texts = ['with "quotes"', "Zeile\nzwei", "emoji 🐐", "", "sealed.v1.looks like one"]
    document = {"each": [ana.seal(text) for text in texts], "within": f"<{ana.seal('Ana')}>", "name": "plain"}
    raw = msgspec.json.encode(document)
    assert subjects_in(raw) == {ANA}
    opened = VAULT.opened(await stored_keys(speaker, [ANA]))
    assert msgspec.json.decode(reveal(raw, opened)) == {"each": texts, "within": "<Ana>", "name": "plain"}


async def test_without_its_key_a_field_is_null(speaker: Pool) -> None:
    ana = await subject(speaker)
    raw = msgspec.json.encode([ana.seal("Ana"), f"of {ana.seal('Ana')}!", "sealed.v1.not-an-id.AAAA"])
    assert msgspec.json.decode(reveal(raw, {})) == [None, "of …!", "sealed.v1.not-an-id.AAAA"]


async def test_what_was_altered_or_moved_to_another_subject_does_not_open(speaker: Pool) -> None:
    ana, ben = await subject(speaker), await subject(speaker, BEN)
    last = sealed(ana, "Ana").rpartition(".")[2].encode()
    assert ana.open(last) == "Ana"
    assert ben.open(last) is None
    assert ana.open(b"AAAA" + last[4:]) is None
    assert ana.open(b"A") is None


async def test_an_erased_subject_opens_nothing_and_seals_nothing_and_stays_erased(speaker: Pool) -> None:
    last = sealed(await subject(speaker), "Ana").rpartition(".")[2].encode()
    for id in (ANA, BEN):
        async with speaker.acquire() as tx, tx.transaction():
            await flush(tx, [destroy(id, ORG, clock.now())])
        erased = await subject(speaker, id)
        assert (erased.open(last), erased.seal("new")) == (None, None)
    assert {row.key for row in await stored_keys(speaker, [ANA, BEN])} == {None}


async def test_who_seals_first_at_the_same_time_makes_the_one_key(speaker: Pool) -> None:
    found = await asyncio.gather(*(subject(speaker) for _ in range(8)))
    assert len({one.seal("Ana") for one in found}) == 1


def test_keys_open_for_their_own_org_and_those_of_users_for_every_one() -> None:
    rows = [KeyRow(ANA, ORG, "k"), KeyRow(BEN, OTHER, "k"), KeyRow(UUID(int=3), NO_ORG, "k")]
    assert [row.subject for row in seen_by(ORG, rows)] == [ANA, UUID(int=3)]
