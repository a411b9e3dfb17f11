"""Runs the gateway."""

from __future__ import annotations

from trackagoat.events.host.run import main
from trackagoat.gateway.service import service
from trackagoat.gateway.settings import Settings

if __name__ == "__main__":
    main(service, Settings)
