"""What fails and what is asked are functions of the seed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import get_args
from uuid import UUID

import msgspec

from trackagoat.cli.chaos.faults import Kind, plan
from trackagoat.cli.chaos.load import Lane
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.crash import POINTS

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)


def steps(seed: int) -> list[bytes]:
    lane = Lane(seed, OrgId(UUID(int=1)), 0, NOW)
    return [msgspec.json.encode(step) for step in islice(lane.steps(), 300)]


def test_the_same_seed_plans_the_same_faults() -> None:
    assert plan(7, 600) == plan(7, 600) != plan(8, 600)


def test_a_minute_sees_every_kind_of_fault() -> None:
    for seed in range(20):
        assert {fault.kind for fault in plan(seed, 60)} == set(get_args(Kind)), seed


def test_ten_minutes_see_every_crash_point() -> None:
    dying = [fault for fault in plan(1, 600) if fault.kind in {"crash point", "rebuild"}]
    assert {fault.detail.partition(":")[0] for fault in dying} - {""} == set(POINTS)


def test_the_same_seed_asks_the_same_in_the_same_order() -> None:
    assert steps(7) == steps(7)
    assert steps(7) != steps(8)
