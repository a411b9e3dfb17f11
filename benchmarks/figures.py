"""Figures: what a benchmark returns, and the little arithmetic that makes it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median

import msgspec


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One measured figure. `goal` is a lower bound unless `at_most`; `percentiles` are milliseconds.

    `ratio` says how many times better than the peer we are; `runs` are the single measurements behind `value`.
    """

    bench: str
    what: str
    unit: str
    value: float
    goal: float | None = None
    at_most: bool = False
    percentiles: dict[str, float] = {}
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    ratio_goal: float | None = None
    runs: list[float] = []
    peer_runs: list[float] = []
    note: str = ""


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    ordered = sorted(seconds)
    return {f"p{p}": round(ordered[min(len(ordered) - 1, len(ordered) * p // 100)] * 1000, 2) for p in (50, 95, 99)}


def middle(runs: Sequence[float]) -> float:
    """The median, rounded to what can be told apart."""
    return significant(median(runs))


def significant(value: float, digits: int = 4) -> float:
    """The value without the digits that mean nothing."""
    return float(f"{value:.{digits}g}")


def ratio(ours: Sequence[float], peers: Sequence[float]) -> float | None:
    """The median of the ratios of runs that were neighbours in time; None without a peer."""
    if not peers:
        return None
    return significant(median(a / b for a, b in zip(ours, peers, strict=True)), 3)


async def in_turns(
    runs: int, ours: Callable[[], Awaitable[float]], peer: Callable[[], Awaitable[float]] | None
) -> tuple[list[float], list[float]]:
    """Measure both in turns, so that a noisy neighbour meets both."""
    mine, theirs = [], []
    for _ in range(runs):
        mine.append(significant(await ours()))
        if peer is not None:
            theirs.append(significant(await peer()))
    return mine, theirs


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        """Start."""
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.perf_counter() - self._began
