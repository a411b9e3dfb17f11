"""What the host counts, for Prometheus. Lag is in events and in seconds since the mark last moved.

Each process tells its own; which service it is, the job says that asks it. `docs/metrics.md` explains every one.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import Counter, Gauge, Histogram

SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Buckets for what waits for the outside."""

COMMAND_SECONDS = Histogram("trackagoat_command_seconds", "Time to decide and store a command", ["command"])
REQUEST_SECONDS = Histogram(
    "trackagoat_request_seconds", "Time to answer a call of the API", ["method", "route", "status"]
)
EVENTS = Counter("trackagoat_events", "Facts this process appended to the ledger", ["tag"])
UNSEQUENCED = Gauge("trackagoat_unsequenced", "Facts appended that are in no feed yet")
FEED_HEAD = Gauge("trackagoat_feed_head", "Last seq of the service's feed")
RELAY_HEAD = Gauge("trackagoat_relay_head", "Last seq published to the stream")
CHECKPOINT = Gauge("trackagoat_checkpoint", "Last seq a projection has applied", ["projection", "source"])
LAG_EVENTS = Gauge("trackagoat_lag_events", "Facts a projection has still to apply", ["projection", "source"])
LAG_SECONDS = Gauge("trackagoat_lag_seconds", "Seconds a projection has been behind", ["projection", "source"])
PARKED = Gauge("trackagoat_parked", "Facts that stepped aside and wait for an operator", ["projection", "source"])
DUE_AGE_SECONDS = Gauge("trackagoat_due_age_seconds", "Seconds the ripest due row has been waiting", ["kind"])
DUE_ROWS = Gauge("trackagoat_due_rows", "Due rows that are ripe", ["kind"])
DUE_SECONDS = Histogram("trackagoat_due_seconds", "Time to work on due rows claimed together", ["kind"], buckets=SLOW)
FACTS = Counter("trackagoat_facts", "Facts applied by following projections", ["projection", "source"])
OUTSIDE_SECONDS = Histogram(
    "trackagoat_outside_seconds", "Time a source or channel took to answer", ["place", "what", "outcome"], buckets=SLOW
)
FAILURES = Counter("trackagoat_failures", "Times a part of the service failed and was begun again", ["part", "error"])
READY = Gauge("trackagoat_ready", "Whether the service is ready: 1 or 0")


def appended(tags: Iterable[str]) -> None:
    """Facts of these tags are in the ledger now."""
    for tag in tags:
        EVENTS.labels(tag).inc()
