"""What a command ends with when it cannot do what was asked: one line for a person, a number for a program."""

from __future__ import annotations

from typing import IO, Any

import click

EXIT_CODES = {
    0: "done",
    1: "it failed; the line says why",
    2: "the command was not understood",
    3: "trackagoat runs already from this state folder",
    4: "a port is taken",
    5: "the state folder cannot be used",
    6: "a program or package is missing",
    7: "trackagoat is not running",
    8: "something did not become ready or did not answer in time",
    130: "interrupted",
}
"""The exit codes of every command; `goat test` ends with pytest's own."""


class Failure(click.ClickException):
    """Ends the command with its line on standard error."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """One line, said by name."""
        click.echo(f"goat: {self.message}", err=file is None, file=file)


class AlreadyRunning(Failure):
    """Somebody holds the state folder."""

    exit_code = 3


class PortTaken(Failure):
    """Somebody listens there."""

    exit_code = 4


class BrokenState(Failure):
    """The state folder is not what it should be."""

    exit_code = 5


class Missing(Failure):
    """A program or package that is needed is not there."""

    exit_code = 6


class NotRunning(Failure):
    """There is nothing to talk to."""

    exit_code = 7


class NotReady(Failure):
    """It took too long."""

    exit_code = 8
