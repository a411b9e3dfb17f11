"""The whole system as real processes, under load, while everything that can fail fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SEED = os.environ.get("TRACKAGOAT_CHAOS_SEED", "1")
SECONDS = float(os.environ.get("TRACKAGOAT_CHAOS_SECONDS", "45"))


@pytest.mark.timeout(SECONDS + 480)
def test_nothing_is_lost_and_nothing_counts_twice_while_everything_fails(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trackagoat.cli", "chaos", "--minutes", str(SECONDS / 60), "--seed", SEED]
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "NATS_URL"}}
    done = subprocess.run(
        [*command, "--json", "--state", str(tmp_path / "state")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["wrong"] == [], done.stderr
    assert done.returncode == 0
    assert report["faults"]
    assert sum(report["facts"].values()) > SECONDS
    assert report["deliveries"]["requests"] >= report["deliveries"]["deliveries"] > 0
