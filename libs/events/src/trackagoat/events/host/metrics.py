"""What the host counts, for Prometheus. Lag is in events and in seconds since the mark last moved."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

COMMAND_SECONDS = Histogram("trackagoat_command_seconds", "Time to decide and store a command", ["command"])
FEED_HEAD = Gauge("trackagoat_feed_head", "Last seq of the service's feed")
RELAY_HEAD = Gauge("trackagoat_relay_head", "Last seq published to the stream")
CHECKPOINT = Gauge("trackagoat_checkpoint", "Last seq a projection has applied", ["projection", "source"])
LAG_EVENTS = Gauge("trackagoat_lag_events", "Facts a projection has still to apply", ["projection", "source"])
LAG_SECONDS = Gauge("trackagoat_lag_seconds", "Seconds a projection has been behind", ["projection", "source"])
PARKED = Gauge("trackagoat_parked", "Facts that stepped aside and wait for an operator", ["projection", "source"])
DUE_AGE_SECONDS = Gauge("trackagoat_due_age_seconds", "Seconds the ripest due row has been waiting", ["kind"])
FACTS = Counter("trackagoat_facts", "Facts applied by following projections", ["projection", "source"])
