"""Runs benchmarks: `python -m benchmarks [NAME …] [--quick] [--json] [--peers PYTHON] [--folder DIR]`."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import sys
import tempfile
import traceback
from pathlib import Path

import structlog
import uvloop

from benchmarks import report
from benchmarks.figures import Figure
from benchmarks.plan import Plan, tell

NAMES = (
    "commands",
    "ingest",
    "end-to-end",
    "latency",
    "campaigns",
    "aggregates",
    "goals",
    "notifications",
    "replay",
    "lists",
    "sync",
    "start",
    "memory",
)
LONG = ("soak",)
"""Only when named."""


def main() -> None:
    """Measure what was asked for; a benchmark that fails is told and does not hold up the others."""
    asked = _asked()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    figures: list[Figure] = []
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=asked.folder, prefix="bench-") as scratch:
        Path(scratch).chmod(0o711)
        plan = Plan(folder=Path(scratch) / "house", quick=asked.quick, peers=asked.peers, videos=asked.videos)
        for name in asked.names or NAMES:
            tell(name)
            try:
                figures += _measured(name, plan)
            except Exception as error:  # noqa: BLE001 - whatever it was, the others are measured
                traceback.print_exc(limit=-2)
                failed[name] = f"{type(error).__name__}: {error}"
    report.show(figures, failed, quick=asked.quick, as_json=asked.json)
    sys.exit(1 if failed else 0)


def _measured(name: str, plan: Plan) -> list[Figure]:
    """On the loop the services run on."""
    measure = importlib.import_module(f"benchmarks.{name.replace('-', '_')}").measure
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures: list[Figure] = runner.run(measure(plan))
    return figures


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("names", nargs="*", choices=[*NAMES, *LONG, []], metavar="NAME")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peers")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--videos", type=int)
    return parser.parse_args()


if __name__ == "__main__":
    main()
