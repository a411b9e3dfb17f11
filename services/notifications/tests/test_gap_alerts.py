"""A gap that discovery leaves is an alert until it is closed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue.ingest import DiscoveryGapClosed, DiscoveryGapFound
from trackagoat.events.catalogue.words import CreatorId, ProjectId

WHO: dict[str, Any] = {"creator": CreatorId(UUID(int=3)), "project": ProjectId(UUID(int=2))}
SPAN: dict[str, Any] = {
    "gap_from": datetime(2026, 3, 1, tzinfo=UTC),
    "gap_to": datetime(2026, 3, 2, tzinfo=UTC),
}
FOUND = DiscoveryGapFound(**WHO, **SPAN, posts_read=200, outcome="blocked")
LISTED = "SELECT kind, severity, cleared_at IS NOT NULL AS cleared FROM alerts"


async def test_a_gap_raises_one_warning_that_closing_it_clears(desk: Any) -> None:
    await desk.hear(FOUND, FOUND)
    [alert] = await desk.rows(LISTED)
    assert dict(alert) == {"kind": "discovery_gap", "severity": "warning", "cleared": False}
    other = {**SPAN, "gap_from": datetime(2026, 2, 1, tzinfo=UTC)}
    await desk.hear(DiscoveryGapClosed(**WHO, **other))
    assert [row["cleared"] for row in await desk.rows(LISTED)] == [False]
    await desk.hear(DiscoveryGapClosed(**WHO, **SPAN))
    assert [row["cleared"] for row in await desk.rows(LISTED)] == [True]
