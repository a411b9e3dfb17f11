"""How much of the courier's room one channel may take: little while it is slow, a probe now and then while it fails."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import msgspec

from trackagoat.events import clock
from trackagoat.events.catalogue.words import ChannelId
from trackagoat.notifications.domain.deliveries import Answer

AT_MOST = 8
"""Attempts under way over one channel that answers."""
AT_MOST_SLOW = 2
"""Over one whose last answer took long."""
SLOW_MS = 2000
FAILURES = 3
"""So many failures in a row open the breaker."""
FIRST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(seconds=60)
USUAL, SHORTEST_WAIT = timedelta(milliseconds=100), 0.05
"""How long an attempt over a channel is thought to take until one has been made; the least wait in seconds."""


class Breaker(msgspec.Struct):
    """What is remembered of a channel in this process."""

    failures: int = 0
    slow: bool = False
    rests_until: datetime | None = None


class Pressure:
    """Who is under way, and who has to wait.

    After three failures in a row a channel rests for 5 s, twice as long after each further failure, at most a
    minute; then one attempt tries it. Waiting so is no attempt: the schedule of a delivery does not move on.

    Those who wait for room are each promised a place after those before them, as far apart as attempts last. So a
    backlog is not looked at again and again, and a burst over a quick channel is not held up.
    """

    def __init__(self) -> None:
        """Nobody is under way and nothing is known."""
        self._under_way: Counter[ChannelId] = Counter()
        self._breakers: dict[ChannelId, Breaker] = {}
        self._took: dict[ChannelId, timedelta] = {}
        self._promised: dict[ChannelId, datetime] = {}

    def wait(self, channel: ChannelId, now: datetime) -> timedelta | None:
        """How long an attempt over the channel has to wait; None: it may begin."""
        known = self._breakers.get(channel, Breaker())
        if known.rests_until is not None:
            if now < known.rests_until:
                return known.rests_until - now + timedelta(seconds=clock.jitter(0.5, 1))
            room = 1
        else:
            room = AT_MOST_SLOW if known.slow else AT_MOST
        if self._under_way[channel] < room:
            return None
        return self._place(channel, now, room)

    def _place(self, channel: ChannelId, now: datetime, room: int) -> timedelta:
        """How long until there should be room, after everybody who was told so before; a minute at most."""
        after = max(self._promised.get(channel, now), now)
        place = min(after + self._took.get(channel, USUAL) / room, now + LONGEST_REST)
        self._promised[channel] = place
        return timedelta(seconds=clock.jitter(max((place - now).total_seconds(), SHORTEST_WAIT)))

    def begins(self, channel: ChannelId) -> None:
        """An attempt is under way."""
        self._under_way[channel] += 1

    def ends(self, channel: ChannelId, answer: Answer | None, now: datetime) -> None:
        """It is over; without an answer it was broken off."""
        self._under_way -= Counter([channel])
        if answer is None:
            return
        self._took[channel] = timedelta(milliseconds=answer.duration_ms)
        slow = answer.duration_ms > SLOW_MS
        if answer.error is None and not slow:
            self._breakers.pop(channel, None)
            return
        known = self._breakers.setdefault(channel, Breaker())
        known.slow = slow
        known.failures = 0 if answer.error is None else known.failures + 1
        known.rests_until = None
        if known.failures >= FAILURES:
            known.rests_until = now + min(FIRST_REST * 2 ** min(known.failures - FAILURES, 10), LONGEST_REST)
