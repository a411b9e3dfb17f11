"""Run goals."""

from __future__ import annotations

from trackagoat.events.host.run import main
from trackagoat.goals.service import service
from trackagoat.goals.settings import Settings

if __name__ == "__main__":
    main(service, Settings)
