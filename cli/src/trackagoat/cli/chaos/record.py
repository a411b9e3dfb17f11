"""Judging the record: ledgers, feeds, streams, and what the askers were told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from uuid import UUID

import msgspec

from trackagoat.cli.chaos.driver import Entry
from trackagoat.cli.chaos.evidence import Evidence, Stored
from trackagoat.events.decider import Outcome, event_id


def complaints(evidence: Evidence) -> Iterator[str]:
    """Everything that is wrong with the record, one sentence each."""
    for service, facts in evidence.facts.items():
        yield from _feed(service, facts, evidence.heads[service])
        yield from _order(service, facts)
        yield from _stream(service, evidence)
    yield from _answers(evidence)


def _feed(service: str, facts: list[Stored], head: int) -> Iterator[str]:
    """Every fact has one place, and the places have no gap."""
    if missing := [fact.id for fact in facts if fact.seq is None]:
        yield f"{service}: {len(missing)} facts are in no feed, such as {missing[0]}"
    places = [fact.seq for fact in facts if fact.seq is not None]
    if places != list(range(1, head + 1)):
        yield f"{service}: the feed is not dense up to its head {head}"
    if twice := [id for id, count in Counter(fact.id for fact in facts).items() if count > 1]:
        yield f"{service}: {len(twice)} facts are stored twice, such as {twice[0]}"


def _order(service: str, facts: list[Stored]) -> Iterator[str]:
    """In the feed each stream's versions rise one by one."""
    versions: defaultdict[tuple[UUID, str], list[int]] = defaultdict(list)
    for fact in facts:
        if fact.version is not None:
            versions[fact.org, fact.stream].append(fact.version)
    for (_, stream), found in versions.items():
        if found != list(range(1, len(found) + 1)):
            yield f"{service}: stream {stream} is out of order: {_break(found)}"


def _break(found: list[int]) -> str:
    pairs = [f"{b} after {a}" for a, b in pairwise([0, *found]) if b != a + 1]
    return ", ".join(pairs[:3])


def _stream(service: str, evidence: Evidence) -> Iterator[str]:
    """What NATS holds is the feed, fact for fact; it is looked at once everything has settled."""
    if service not in evidence.streams:
        return
    head = evidence.heads[service]
    said = [(fact.seq, fact.id, fact.data) for fact in evidence.facts[service] if fact.seq is not None]
    streamed = [(m.seq, m.id, m.data) for m in evidence.streams[service] if m.seq <= head]
    if said == streamed:
        return
    lost, extra = set(said) - set(streamed), Counter(streamed) - Counter(said)
    if lost:
        yield f"{service}: the stream lacks {len(lost)} facts, such as seq {min(lost)[0]}"
    if extra:
        yield f"{service}: the stream has {extra.total()} messages too many, such as seq {min(extra)[0]}"
    if not lost and not extra:
        yield f"{service}: the stream is in another order than the feed"


# -- what the askers were told ---------------------------------------------------------------------------


def _answers(evidence: Evidence) -> Iterator[str]:
    made: defaultdict[UUID, list[Stored]] = defaultdict(list)
    for facts in evidence.facts.values():
        for fact in facts:
            if fact.cause is not None:
                made[fact.cause].append(fact)
    for command_id, outcomes in evidence.outcomes.items():
        yield from _kept(command_id, outcomes, made[command_id])
    for entry in evidence.journal.values():
        yield from _told(entry, evidence.outcomes.get(entry.command_id), len(made[entry.command_id]))


def _kept(command_id: UUID, outcomes: list[Outcome], facts: list[Stored]) -> Iterator[str]:
    """The answer kept with a command names exactly the facts it made."""
    spoken = [event for outcome in outcomes for event in outcome.events]
    if {fact.id for fact in facts} != {event_id(command_id, n) for n in range(len(spoken))}:
        yield f"command {command_id} made {len(facts)} facts, its answer names {len(spoken)}"
    elif _bag(spoken) != _bag(msgspec.json.decode(fact.data) for fact in facts):
        yield f"command {command_id}: the facts are not those of its answer"


def _bag(events: Iterable[object]) -> Counter[bytes]:
    return Counter(msgspec.json.encode(event, order="sorted") for event in events)


def _told(entry: Entry, kept: list[Outcome] | None, facts: int) -> Iterator[str]:
    """Whoever was told that something happened was told what did; who was always refused made nothing happen."""
    if any(answer != kept for answer in entry.accepted):
        yield f"command {entry.command_id} was answered otherwise than is kept"
    if facts and kept is None:
        yield f"command {entry.command_id} made {facts} facts and no answer is kept: it was done by halves"
    if facts and not entry.lost and not entry.accepted:
        yield f"command {entry.command_id} made {facts} facts though nobody was told so"
