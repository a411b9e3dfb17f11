"""Group commit: commands that wait at the same moment are decided and stored in one transaction.

Nobody waits for company: a command that comes alone goes alone. When a group fails, for whatever reason, each of its
commands is tried again by itself, so that none suffers for another.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

import msgspec

from trackagoat.events.catalogue.words import Command
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.writer import Question, Writer

MOST = 64
"""Asks in one transaction."""
LARGEST = 8
"""Commands of an ask that may still share a transaction; a larger bulk has enough company of its own."""
GROUPS = 2
"""Transactions under way at once: while one waits for its commit, the next one is decided."""


class Waiting(msgspec.Struct, frozen=True, eq=False):
    """A question, and whoever waits for its answer."""

    question: Question
    answer: asyncio.Future[list[Outcome]]


class Group:
    """Answers asks like the writer does, together where it can."""

    def __init__(self, writer: Writer) -> None:
        """Nobody waits yet."""
        self._writer = writer
        self._waiting: deque[Waiting] = deque()
        self._busy: set[asyncio.Task[None]] = set()

    async def handle(self, ask: Ask, commands: Sequence[Command]) -> list[Outcome]:
        """The outcomes, as of `Writer.handle`. Nobody else waits for what a command is prepared with."""
        commands = await self._writer.prepared(ask, commands)
        if len(commands) > LARGEST or ask.expected is not None:
            return await self._writer.handle(ask, commands)
        waiting = Waiting(Question(ask, commands), asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if len(self._busy) < GROUPS:
            task = asyncio.create_task(self._work())
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        return await waiting.answer

    async def _work(self) -> None:
        """Answer until nobody waits."""
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            if len(group) == 1 or not await self._together(group):
                await asyncio.gather(*map(self._alone, group))

    async def _together(self, group: Sequence[Waiting]) -> bool:
        """Whether all of them could be answered in one transaction."""
        try:
            answers = await self._writer.handle_together([one.question for one in group])
        except Exception:  # noqa: BLE001 - whatever it was, each is tried by itself and told what concerns it
            return False
        for one, outcomes in zip(group, answers, strict=True):
            if not one.answer.done():
                one.answer.set_result(outcomes)
        return True

    async def _alone(self, one: Waiting) -> None:
        try:
            outcomes = await self._writer.handle(one.question.ask, one.question.commands)
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            if not one.answer.done():
                one.answer.set_exception(error)
        else:
            if not one.answer.done():
                one.answer.set_result(outcomes)
