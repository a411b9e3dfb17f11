"""The operator's plans: what `TIERS`, or the file that `TIERS_FILE` names, says otherwise than the built-in table."""

from __future__ import annotations

import os
from pathlib import Path

from trackagoat.events.catalogue import plans


def adopt() -> None:
    """Let them hold in this process. What is wrong with them is told by the settings, before anything starts."""
    text, path = os.environ.get("TIERS"), os.environ.get("TIERS_FILE")
    try:
        if text is None and path is not None:
            text = Path(path).read_text(encoding="utf-8")
        plans.replace(plans.policy(text or "{}"))
    except (OSError, ValueError):
        return
