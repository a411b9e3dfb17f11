"""Where a service of an installation finds its database, NATS and secrets."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

from trackagoat.cli.state import Secrets, State
from trackagoat.events.host.provision import role


def role_dsn(database_url: str, service: str, secrets: Secrets) -> str:
    """That database as a service's role."""
    parts = urlsplit(database_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role(service)}:{secrets.database[service]}@{place}"))


def joining(state: State, secrets: Secrets, service: str) -> dict[str, str]:
    """What a further replica of a service is told; what the environment says already stays."""
    told = {
        "DATABASE_URL": role_dsn(state.database_url, service, secrets),
        "NATS_URL": state.nats_url,
        "SECRET_KEY": secrets.secret_key,
        "BASE_URL": state.api,
        "HTTP_PORT": "0",
    }
    if "nats" in state.servers:
        told |= {"NATS_USER": service, "NATS_PASSWORD": secrets.nats[service]}
    return {name: value for name, value in told.items() if not {name, f"{name}_FILE"} & os.environ.keys()}
