"""Runs campaigns."""

from __future__ import annotations

from trackagoat.campaigns.service import service
from trackagoat.campaigns.settings import Settings
from trackagoat.events.host.run import main

if __name__ == "__main__":
    main(service, Settings)
