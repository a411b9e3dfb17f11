"""Rate windows: at most so many calls in any so many seconds, per key."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from typing import Protocol

import msgspec

_FORGET_OVER = 10_000


class Window(msgspec.Struct, frozen=True):
    """How a caller stands: calls left, and seconds until the oldest counted one leaves the window."""

    quota: int
    seconds: int
    remaining: int
    resets_in: int
    allowed: bool = True

    def headers(self, name: str) -> dict[str, str]:
        """The RateLimit headers."""
        return {
            "RateLimit-Policy": f'"{name}";q={self.quota};w={self.seconds}',
            "RateLimit": f'"{name}";r={self.remaining};t={self.resets_in}',
        }


class Limiter(Protocol):
    """Counts calls. One in this process today; one shared by replicas looks the same from here."""

    async def take(self, who: str, now: float) -> Window:
        """Count a call, unless the window is full. `now` is any steadily rising number of seconds."""
        ...

    async def look(self, who: str, now: float) -> Window:
        """How the caller stands, counting nothing."""
        ...


class SlidingWindow:
    """A log of the last `quota` calls per caller; refused calls are not counted."""

    def __init__(self, quota: int, seconds: int = 60) -> None:
        """Start with nobody known."""
        self._quota, self._seconds = quota, seconds
        self._calls: OrderedDict[str, deque[float]] = OrderedDict()

    async def take(self, who: str, now: float) -> Window:
        """Count a call, unless the window is full."""
        calls = self._recent(who, now)
        if len(calls) >= self._quota:
            return self._window(calls, now, allowed=False)
        calls.append(now)
        return self._window(calls, now, allowed=True)

    async def look(self, who: str, now: float) -> Window:
        """How the caller stands."""
        return self._window(self._recent(who, now), now, allowed=True)

    def _recent(self, who: str, now: float) -> deque[float]:
        calls = self._calls.setdefault(who, deque())
        self._calls.move_to_end(who)
        while calls and calls[0] <= now - self._seconds:
            calls.popleft()
        while len(self._calls) > _FORGET_OVER:
            self._calls.popitem(last=False)
        return calls

    def _window(self, calls: deque[float], now: float, *, allowed: bool) -> Window:
        resets_in = math.ceil(calls[0] + self._seconds - now) if calls else 0
        return Window(self._quota, self._seconds, self._quota - len(calls), max(resets_in, 0), allowed)
