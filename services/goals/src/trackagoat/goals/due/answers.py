"""Figures for the questions of settling, all of a metric in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from trackagoat.events.catalogue.goals import Metric
from trackagoat.events.catalogue.words import CreatorId, OrgId
from trackagoat.events.sql import Db
from trackagoat.goals.domain.compliance import Figures
from trackagoat.goals.domain.planning import Question
from trackagoat.goals.store import figures

COUNTERS = ("views", "likes", "comments", "shares", "saves")

Asked = tuple[OrgId, Question]
Columns = tuple[list[int], list[OrgId], list[CreatorId], list[datetime], list[datetime], list[datetime]]


async def answer(db: Db, asked: Sequence[Asked]) -> dict[Question, Figures]:
    """Every question with its figures."""
    answers: dict[Question, Figures] = {}
    for metric, ask in _ASK.items():
        mine = list(dict.fromkeys(pair for pair in asked if pair[1].metric == metric))
        if mine:
            found = await ask(db, _columns(mine))
            answers |= {question: found.get(nth, Figures()) for nth, (_, question) in enumerate(mine)}
    return answers


def _columns(asked: Sequence[Asked]) -> Columns:
    return (
        list(range(len(asked))),
        [org for org, _ in asked],
        [q.creator for _, q in asked],
        [q.span.start for _, q in asked],
        [q.span.end for _, q in asked],
        [q.as_of for _, q in asked],
    )


async def _posts(db: Db, columns: Columns) -> Mapping[int, Figures]:
    return {row.nth: Figures(posts=row.posts) for row in await figures.posts(db, *columns)}


async def _views(db: Db, columns: Columns) -> Mapping[int, Figures]:
    return await _gains(db, columns, 1)


async def _engagement(db: Db, columns: Columns) -> Mapping[int, Figures]:
    return await _gains(db, columns, len(COUNTERS))


async def _gains(db: Db, columns: Columns, counters: int) -> Mapping[int, Figures]:
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row in await figures.gains(db, *columns, [counters] * len(columns[0])):
        found[row.nth][COUNTERS[row.counter - 1]] = int(row.gain)
    return {nth: Figures(**gains) for nth, gains in found.items()}


async def _followers(db: Db, columns: Columns) -> Mapping[int, Figures]:
    return {row.nth: Figures(followers=row.gain) for row in await figures.followers(db, *columns)}


_ASK: dict[Metric, Callable[[Db, Columns], Awaitable[Mapping[int, Figures]]]] = {
    "posts": _posts,
    "views": _views,
    "engagement": _engagement,
    "followers": _followers,
}
