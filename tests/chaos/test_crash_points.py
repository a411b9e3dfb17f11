"""A process dies where it is told to, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from trackagoat.events.crash import POINTS, STATUS

PASSES = "from trackagoat.events.crash import point\nfor n in range(3): print(n, flush=True); point('due.ran')"


def run(told: str) -> tuple[int, str]:
    environment = os.environ | {"TRACKAGOAT_CRASH": told}
    done = subprocess.run([sys.executable, "-c", PASSES], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.replace("\n", "") or done.stderr


@pytest.mark.parametrize(
    ("told", "status", "passed"), [("", 0, "012"), ("due.ran", STATUS, "0"), ("due.ran:3", STATUS, "012")]
)
def test_a_process_dies_at_the_point_and_turn_it_was_told(told: str, status: int, passed: str) -> None:
    assert run(told) == (status, passed)


def test_another_point_does_no_harm() -> None:
    assert run("due.claimed") == (0, "012")


def test_a_point_there_is_none_of_is_refused() -> None:
    status, said = run("due.run")
    assert status == 1
    assert all(name in said for name in POINTS)
