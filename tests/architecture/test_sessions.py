"""Nothing is kept in a session of PostgreSQL: behind a pooler the next transaction may meet another one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
KERNEL = Path("libs/events/src/trackagoat/events")
KEPT = re.compile(r"pg_(try_)?advisory_lock|\bLISTEN\b|CREATE TEMP|WITH HOLD|\bPREPARE\b|\bSET (SESSION|search_path)\b")
PAST_THE_POOLER = {KERNEL / "host" / f"{name}.py" for name in ("migrate", "provision", "rebuild")}
"""What the operator runs, with a connection of its own."""


def test_services_keep_nothing_in_a_session() -> None:
    places = [ROOT / KERNEL, *ROOT.glob("services/*/src")]
    files = [path for place in places for kind in ("py", "sql") for path in place.rglob(f"*.{kind}")]
    assert len(files) > 300
    keeping = {
        path.relative_to(ROOT) for path in files if KEPT.search(path.read_text()) and "testing" not in path.parts
    }
    assert keeping == PAST_THE_POOLER
