"""Runs workspace."""

from __future__ import annotations

from trackagoat.events.host.run import main
from trackagoat.workspace.service import service
from trackagoat.workspace.settings import Settings

if __name__ == "__main__":
    main(service, Settings)
