"""Work that falls due: goals to look at, goals that a fact concerns without naming them, projects to clear."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from trackagoat.events import due
from trackagoat.events.catalogue.goals import DeleteGoal, EndGoals
from trackagoat.events.catalogue.words import CreatorId, ProjectId, VideoId
from trackagoat.events.effects import Claimed, Decide, Done, Effect, Record, Write
from trackagoat.events.sql import Db
from trackagoat.goals.domain.planning import plan, questions
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
    plans = [(w, plan(w, now, heard_until)) for w in watched]
    answers = await answer(db, [(w.org, q) for w, planned in plans for q in questions(w, planned)])
    because = {c.key: c.payload or NOBODY for c in claimed}
    said: defaultdict[str, list[Effect]] = defaultdict(list)
    shows: defaultdict[str, list[Effect]] = defaultdict(list)
    again: defaultdict[str, list[datetime]] = defaultdict(list)
    for w, planned in plans:
        settled, key = settle(w, planned, now, answers), str(w.creator)
        said[key] += _said(w, settled, because[key])
        shows[key].append(_show(w, settled))
        again[key] += [settled.again] if settled.again else []
    return [Done(c, said[c.key] + shows[c.key], again=min(again[c.key], default=None), payload=NOBODY) for c in claimed]


def _said(w: Watched, settled: Settled, because: Mapping[str, Any]) -> Iterator[Effect]:
    """What is said of the goal, as part of what made it look."""
    cause = UUID(because["cause"]) if because else None
    for key, event in settled.said.events:
        yield Record(w.org, f"goal-{w.goal}", event, key, cause=cause, request_id=because.get("request_id"))


def _show(w: Watched, settled: Settled) -> Write:
    """What is shown of the goal from now on; it is written after what is said of it."""
    start_date = w.terms[-1].start_date
    if settled.shown is None:
        return shown.pass_on(w.goal, settled.open_day, start_date)
    s, basis = settled.shown, settled.basis
    return shown.show(
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
    """End the goals of creators that were removed, take away those of projects that are gone."""
    done = []
    for c in claimed:
        if c.payload is not None:
            ends = EndGoals(creator=CreatorId(UUID(c.payload["creator"])))
            done.append(Done(c, [Decide(c.org, ends, f"{c.key}/{c.due_at.isoformat()}")]))
            continue
        rows = await store.goals_in_project(db, c.org, ProjectId(UUID(c.key)))
        gone = [Decide(c.org, DeleteGoal(goal=r.goal, creator=r.creator), f"abandon/{r.goal}") for r in rows]
        done.append(Done(c, gone))
    return done
