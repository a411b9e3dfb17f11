"""The table of parts that `goat up` keeps on the screen and `goat status` prints."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from trackagoat.cli.health import Health
from trackagoat.cli.state import Child, State

MINUTE, HOUR, DAY = 60, 3600, 86400


def table(state: State, health: Mapping[str, Health]) -> Table:
    """Each server and service: how it is, its process, how long it has run, how many facts it is behind."""
    shown = Table(box=None, padding=(0, 2, 0, 0))
    shown.add_column("part")
    shown.add_column("state")
    for column in ("process", "up", "behind"):
        shown.add_column(column, justify="right")
    for name, child in state.servers.items():
        shown.add_row(name, "[green]running[/]" if child.alive else "[red]gone[/]", *_process(child), "")
    for name, child in state.services.items():
        told = health.get(name, Health(["not looked at yet"]))
        word = f"[yellow]{'; '.join(told.faults)}[/]" if told.faults else "[green]ready[/]"
        behind = "" if told.behind is None else f"{told.behind:,}"
        shown.add_row(name, word if child.alive else "[red]gone[/]", *_process(child), behind)
    return shown


def _process(child: Child) -> tuple[str, str]:
    return (str(child.pid), span(child.age)) if child.alive else ("", "")


def span(seconds: float) -> str:
    """A length of time in the two units that matter."""
    whole = int(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"
