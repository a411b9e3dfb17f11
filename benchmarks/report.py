"""The report: one table for people, one document for programs, both with the hardware."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure
from trackagoat.events import clock

WIDTH = 160
GIB = 1024**3
BIG = 100


def show(figures: Sequence[Figure], failed: Mapping[str, str], *, quick: bool, as_json: bool) -> None:
    """Print everything on standard output."""
    if as_json:
        whole = {
            "at": clock.now(),
            "hardware": hardware(),
            "quick": quick,
            "figures": figures,
            "failed": failed,
        }
        print(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())
        return
    console = Console(highlight=False, width=max(WIDTH, shutil.get_terminal_size().columns))
    console.print(table(figures))
    for bench, note in dict.fromkeys((f.bench, f.note) for f in figures if f.note):
        console.print(f"{bench}: {note}", markup=False)
    for bench, why in failed.items():
        console.print(f"{bench} could not be measured: {why}", markup=False, style="red")
    console.print(f"{hardware()}{'; quick sizes, one run each' if quick else ''}", markup=False)


def table(figures: Sequence[Figure]) -> Table:
    """A line per figure."""
    shown = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("benchmark", "figure", "peer"):
        shown.add_column(name, overflow="fold")
    for name in ("measured", "goal", "peer's", "ratio", "goal", "p50 / p95 / p99 ms"):
        shown.add_column(name, justify="right", no_wrap=True)
    for f in figures:
        shown.add_row(f.bench, f.what, f.peer or "", *cells(f))
    return shown


def cells(f: Figure) -> tuple[str, ...]:
    """The numbers of a figure as text."""
    sign = "≤" if f.at_most else "≥"
    return (
        f"{number(f.value)} {f.unit}",
        "" if f.goal is None else f"{sign} {number(f.goal)}",
        "" if f.peer_value is None else number(f.peer_value),
        "" if f.ratio is None else f"{f.ratio:,g} ×",
        "" if f.ratio_goal is None else f"≥ {f.ratio_goal:g} ×",
        " / ".join(number(value) for value in f.percentiles.values()),
    )


def number(value: float) -> str:
    """As many digits as mean something."""
    return f"{value:,.0f}" if abs(value) >= BIG else f"{value:,.3g}"


def hardware() -> str:
    """The machine in one line."""
    told = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in told.read_text().splitlines() if "model name" in line]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return (
        f"{os.cpu_count()} × {models[0] if models else platform.machine()}, {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, load at the end {load}"
    )
