"""Declaring the streams, as a program of its own: before the first service is started, and with every upgrade."""

from __future__ import annotations

import asyncio
import sys

from pydantic import Field, SecretStr

from trackagoat.events import topology
from trackagoat.events.errors import Unavailable
from trackagoat.events.held import reachable
from trackagoat.events.host.settings import Settings, told


class Operator(Settings):
    """Where NATS is, as somebody who may do everything there."""

    database_url: SecretStr = SecretStr("")
    nats_user: str | None = "operator"
    stream_replicas: int = Field(default=1, ge=1, le=5)
    """Copies of each stream: 3 in a cluster."""


def main() -> None:
    """Make the streams as declared; it may be repeated."""
    settings = told(Operator)
    password = settings.nats_password.get_secret_value() if settings.nats_password else None
    try:
        with reachable():
            changed = asyncio.run(
                topology.apply(settings.nats_url, settings.nats_user, password, settings.stream_replicas)
            )
    except (OSError, Unavailable) as error:
        sys.exit(f"the streams cannot be declared: {error}")
    sys.stdout.write("".join(f"{change}\n" for change in changed) or "nothing to change\n")
