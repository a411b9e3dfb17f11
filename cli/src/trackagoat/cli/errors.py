"""How the command line fails: one clear line, and a status that scripts can tell apart."""

from __future__ import annotations

import click

FAILED = 1
NOT_RUNNING = 3
ALREADY_RUNNING = 4
TAKEN = 5


class Failure(click.ClickException):
    """Something could not be done; the message says what, where and what to do."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        """Exit with that status."""
        super().__init__(message)
        self.exit_code = status


class NotRunning(Failure):
    """The command needs a running system."""

    def __init__(self, folder: object) -> None:
        """Nothing runs with that state folder."""
        super().__init__(f"nothing is running with the state folder {folder}; start it with `goat up`", NOT_RUNNING)
