"""Runs ingest."""

from __future__ import annotations

from trackagoat.events.host.run import main
from trackagoat.ingest.service import service
from trackagoat.ingest.settings import Settings

if __name__ == "__main__":
    main(service, Settings)
