"""How the command line fails: one clear line, and a status that scripts can tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from trackagoat.embedded import EmbeddedError, PortTaken
from trackagoat.events.errors import KernelError

FAILED = 1
NOT_RUNNING = 3
ALREADY_RUNNING = 4
TAKEN = 5


class Failure(click.ClickException):
    """Something could not be done; the message says what, where and what to do."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        """Exit with that status."""
        super().__init__(message)
        self.status = status

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click reads it from the instance, and declares it on the class
        """What the program ends with."""
        return self.status


class NotRunning(Failure):
    """The command needs a running system."""

    def __init__(self, folder: object) -> None:
        """Nothing runs with that state folder."""
        super().__init__(f"nothing is running with the state folder {folder}; start it with `goat up`", NOT_RUNNING)


@contextmanager
def plainly() -> Iterator[None]:
    """What servers and kernel raise becomes one line for a person."""
    try:
        yield
    except PortTaken as error:
        raise Failure(str(error), TAKEN) from error
    except (EmbeddedError, KernelError) as error:
        raise Failure(" | ".join(str(error).splitlines()) or type(error).__name__) from error
