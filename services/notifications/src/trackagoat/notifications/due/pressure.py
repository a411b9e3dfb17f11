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


class Breaker(msgspec.Struct):
    """What is remembered of a channel in this process."""

    failures: int = 0
    slow: bool = False
    rests_until: datetime | None = None


class Pressure:
    """Who is under way, and who has to wait.

    After three failures in a row a channel rests for 5 s, twice as long after each further failure, at most a
    minute; then one attempt tries it. Waiting so is no attempt: the schedule of a delivery does not move on.
    """

    def __init__(self) -> None:
        """Nobody is under way and nothing is known."""
        self._under_way: Counter[ChannelId] = Counter()
        self._breakers: dict[ChannelId, Breaker] = {}

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
        return timedelta(seconds=clock.jitter(1))

    def begins(self, channel: ChannelId) -> None:
        """An attempt is under way."""
        self._under_way[channel] += 1

    def ends(self, channel: ChannelId, answer: Answer | None, now: datetime) -> None:
        """It is over; without an answer it was broken off."""
        self._under_way -= Counter([channel])
        if answer is None:
            return
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
