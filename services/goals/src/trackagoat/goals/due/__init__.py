"""Work that falls due: goals to look at, goals that a fact concerns without naming them, projects to clear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from trackagoat.events import due
from trackagoat.events.catalogue.goals import DeleteGoal
from trackagoat.events.catalogue.words import CreatorId, ProjectId, VideoId
from trackagoat.events.effects import Claimed, Decide, Done, Effect, Record
from trackagoat.events.sql import Db
from trackagoat.goals.domain.planning import questions
from trackagoat.goals.domain.settling import Settled, settle
from trackagoat.goals.domain.watched import Watched
from trackagoat.goals.due.answers import answer
from trackagoat.goals.due.watching import watch
from trackagoat.goals.store import figures, shown
from trackagoat.goals.store import goals as store

NOBODY: Final[Mapping[str, Any]] = {}
"""In place of the fact and the request that a look follows from: it is done because of the time."""


async def refresh(db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Look at all goals of these creators: say what changed, show what is, come back when it changes by itself."""
    unheard = await figures.unheard_since(db)
    heard_until = now if unheard is None else min(now, unheard)
    watched = await watch(db, [CreatorId(UUID(c.key)) for c in claimed])
    answers = await answer(db, [(w.org, q) for w in watched for q in questions(w, now, heard_until)])
    because = {c.key: c.payload or NOBODY for c in claimed}
    effects: defaultdict[str, list[Effect]] = defaultdict(list)
    again: defaultdict[str, list[datetime]] = defaultdict(list)
    for w in watched:
        settled = settle(w, now, heard_until, answers)
        effects[str(w.creator)] += _effects(w, settled, because[str(w.creator)])
        again[str(w.creator)] += [settled.again] if settled.again else []
    return [Done(c, effects[c.key], again=min(again[c.key], default=None), payload=NOBODY) for c in claimed]


def _effects(w: Watched, settled: Settled, because: Mapping[str, Any]) -> Iterator[Effect]:
    """What is said, whose rows are written with it, then what is shown after it."""
    cause = UUID(because["cause"]) if because else None
    for key, event in settled.said.events:
        yield Record(w.org, f"goal-{w.goal}", event, key, cause=cause, request_id=because.get("request_id"))
    start_date = w.terms[-1].start_date
    if settled.shown is None:
        yield shown.pass_on(w.goal, settled.open_day, start_date)
        return
    s, basis = settled.shown, settled.basis
    yield shown.show(
        w.org,
        w.goal,
        w.creator,
        w.project,
        s.period.start,
        s.period.end,
        s.status,
        s.percentage,
        s.actual,
        s.target,
        s.rate,
        s.judged_from,
        s.is_final,
        s.previous,
        settled.open_day,
        start_date,
        *((None,) * 4 if basis is None else msgspec.structs.astuple(basis)),
    )


async def spread(db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
    """Have all goals looked at that another clock, or a post without a named owner, concerns."""
    done = []
    for c in claimed:
        if c.payload is None:
            rows = await store.creators_with_goals(db, c.org)
        else:
            rows = await figures.owners(db, VideoId(UUID(c.payload["video"])))
        done.append(Done(c, [due.pull_in("refresh", str(row.creator), c.org, now) for row in rows]))
    return done


async def abandon(db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:  # noqa: ARG001 - whenever it is
    """Take away the goals of projects that are gone."""
    done = []
    for c in claimed:
        rows = await store.goals_in_project(db, c.org, ProjectId(UUID(c.key)))
        gone = [Decide(c.org, DeleteGoal(goal=r.goal, creator=r.creator), f"abandon/{r.goal}") for r in rows]
        done.append(Done(c, gone))
    return done
