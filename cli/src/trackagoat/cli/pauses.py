"""Pauses before something that ended is started again: short at first, longer while it keeps ending."""

from __future__ import annotations

import math

FIRST_SECONDS, LONGEST_SECONDS = 0.2, 30.0
SETTLED_SECONDS = 30.0
"""What lived this long is given the first pause again."""


class Pauses:
    """Remembers how often each part had to be started lately. Times are seconds of a clock that only rises."""

    def __init__(self) -> None:
        """Nothing has ended yet."""
        self._began: dict[str, float] = {}
        self._length: dict[str, float] = {}
        self._until: dict[str, float] = {}

    def over(self, name: str, now: float) -> bool:
        """Whether a part that is found not to run may be started now; its pause begins when it is first found so."""
        if name not in self._until:
            lived = now - self._began.get(name, -math.inf)
            before = self._length.get(name, 0.0) if lived < SETTLED_SECONDS else 0.0
            self._length[name] = min(max(2 * before, FIRST_SECONDS), LONGEST_SECONDS)
            self._until[name] = now + self._length[name]
        if now < self._until[name]:
            return False
        del self._until[name]
        self._began[name] = now
        return True
