"""The judge earns its trust: it notices when a guard is taken out of the running system.

Without its guard each class of faults does harm. A run each, with the faults against which the guard stands. One is
part of every test run, all of them are with TRACKAGOAT_UNGUARDED=all.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

UNGUARDED = Path(__file__).parent / "unguarded"
SECONDS = 20
GUARDS = {
    "answers": ("made [0-9]+ facts", ["mute", "cut"]),
    "transaction": ("made [0-9]+ facts, its answer names", ["kill postgres", "cut", "slow", "half-open"]),
    "checkpoint": ("the facts come to|lacks", ["kill service"]),
    "place": ("the stream lacks [0-9]+ facts", ["wipe nats", "kill nats", "pause nats"]),
    "attempts": ("never took", ["pause service"]),
    "order": ("the facts come to", ["pause postgres"]),
    "position": ("the facts come to|lacks", ["rebuild"]),
    "rows": ("never took|is pending|never settled|was never raised|the facts come to", ["kill service"]),
}
"""The guard, what the judge says without it, and the kinds of faults (load repeats, delays and corrects by itself)."""
CHOSEN = os.environ.get("TRACKAGOAT_UNGUARDED", "answers")


@pytest.mark.timeout(SECONDS + 480)
@pytest.mark.parametrize("guard", [name for name in GUARDS if CHOSEN in {name, "all"}])
def test_the_judge_notices_that_a_guard_is_missing(guard: str, tmp_path: Path) -> None:
    said, faults = GUARDS[guard]
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "NATS_URL"}}
    command = [sys.executable, "-m", "trackagoat.cli", "chaos", "--minutes", str(SECONDS / 60), "--seed", "7"]
    done = subprocess.run(
        [*command, *(word for fault in faults for word in ("--only", fault)), "--json", "--state", str(tmp_path / "s")],
        env=environment | {"PYTHONPATH": str(UNGUARDED), "UNGUARDED": guard},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    wrong = json.loads(done.stdout)["wrong"]
    assert [sentence for sentence in wrong if re.search(said, sentence)], wrong or "it held"
    assert done.returncode == 1
