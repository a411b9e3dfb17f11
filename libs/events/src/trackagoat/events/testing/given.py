"""Given these events, when this command is decided, then these events follow, or it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from trackagoat.events.catalogue.words import Command, Event, Refused
from trackagoat.events.decider import Decider, On


class Given:
    """A decider and the past of one stream."""

    def __init__(self, decider: Decider[Any, Any, Any], *past: Event) -> None:
        """Fold the past."""
        self._decider = decider
        self._state = decider.fold(decider.initial, past)

    def when(self, command: Command) -> When:
        """Decide the command (later, when the outcome is asserted)."""
        return When(self._decider, self._state, command)


class When:
    """A decision about to be asserted."""

    def __init__(self, decider: Decider[Any, Any, Any], state: Any, command: Command) -> None:
        """Keep the question."""
        self._decider, self._state, self._command = decider, state, command

    def then(self, *expected: Any) -> None:
        """Exactly these events follow, and deciding the same command again makes nothing happen.

        What is said on streams that are never folded (`On`) is beyond a decider's memory, and left out of that.
        """
        said: Sequence[Any] = self._decider.decide(self._command, self._state)
        assert list(said) == list(expected)
        after = self._decider.fold(self._state, [e for e in said if isinstance(e, Event)])
        try:
            again = self._decider.decide(self._command, after)
        except Refused:
            return
        folded = [e for e in again if not isinstance(e, On)]
        assert folded == [], "deciding the same command twice must not make anything happen twice"

    def refused(self, refusal: type[Refused], **details: Any) -> None:
        """It is refused, with at least these details."""
        with pytest.raises(refusal) as caught:
            self._decider.decide(self._command, self._state)
        assert caught.value.details | details == caught.value.details
