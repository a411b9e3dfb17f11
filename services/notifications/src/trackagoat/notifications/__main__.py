"""Runs notifications."""

from __future__ import annotations

from trackagoat.events.host.run import main
from trackagoat.notifications.service import service
from trackagoat.notifications.settings import Settings

if __name__ == "__main__":
    main(service, Settings)
