"""Asking, and remembering what was asked and what was answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from random import Random  # noqa: TID251 - the pace is a function of the seed
from uuid import UUID

import msgspec

from trackagoat.cli.chaos.load import Lane, Step
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.errors import Unavailable

PATIENT_SECONDS, IMPATIENT_SECONDS = 4.0, 0.4
"""What one ask waits for its answer."""
GIVE_UP_SECONDS = 120.0
PAUSE_SECONDS = (0.02, 0.3)


class Entry(msgspec.Struct):
    """One command id: how often it was asked, what was answered, and how often nothing was."""

    command_id: UUID
    asked: int = 0
    lost: int = 0
    answers: list[list[Outcome]] = []

    @property
    def accepted(self) -> list[list[Outcome]]:
        """Answers that say that something happened. A refusal, or word that nothing had to change, is not kept by
        who answers: it is true of its moment.
        """
        return [answer for answer in self.answers if any(outcome.events for outcome in answer)]


class Driver:
    """Asks over several connections, so that copies of one ask do not queue behind each other."""

    def __init__(self, askers: Sequence[BusAsker]) -> None:
        """Nothing is asked yet."""
        self._askers = askers
        self._later: set[asyncio.Task[None]] = set()
        self.journal: dict[UUID, Entry] = {}

    async def begin(self, steps: Iterator[Step]) -> None:
        """Ask what must be there first. Raises AssertionError when it is refused."""
        for step in steps:
            await self.take(step)
            answers = self.journal[step.command_id].answers
            if not answers or any(outcome.refused for outcome in answers[0]):
                message = f"the load cannot begin: {answers}"
                raise AssertionError(message)

    async def walk(self, lane: Lane, seed: int, stop: asyncio.Event) -> None:
        """Take the lane's steps one after the other until told to stop."""
        chance = Random(f"pace {seed} {lane.project}")  # noqa: S311 - seeded
        for step in lane.steps():
            if stop.is_set():
                return
            await self.take(step)
            await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))

    async def take(self, step: Step) -> None:
        """Ask as the step says; what is to be asked again later goes on by itself."""
        ask = Ask(org=step.org, command_id=step.command_id, at=clock.now())
        self.journal[step.command_id] = Entry(step.command_id)
        copies = (self._ask(self._askers[n % len(self._askers)], ask, step) for n in range(step.copies))
        await asyncio.gather(*copies)
        if step.later is not None:
            task = asyncio.create_task(self._ask_later(step.later, ask, step))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _ask_later(self, seconds: float, ask: Ask, step: Step) -> None:
        await asyncio.sleep(seconds)
        await self._ask(self._askers[0], ask, step)

    async def _ask(self, asker: BusAsker, ask: Ask, step: Step) -> None:
        """Until there is an answer, or once when the step is not patient."""
        entry = self.journal[step.command_id]
        limit = asyncio.get_running_loop().time() + (GIVE_UP_SECONDS if step.patient else 0)
        while True:
            entry.asked += 1
            try:
                wait = PATIENT_SECONDS if step.patient else IMPATIENT_SECONDS
                answer = await asker.ask(ask, step.commands, timeout=wait)
            except Unavailable:
                entry.lost += 1
                await asyncio.sleep(0.1)
            else:
                if not any(o.refused and o.refused.code == "write_conflict" for o in answer):
                    entry.answers.append(answer)
                    return
            if asyncio.get_running_loop().time() > limit:
                return

    async def finish(self) -> None:
        """Wait for what was still to be asked again."""
        await asyncio.gather(*self._later)
