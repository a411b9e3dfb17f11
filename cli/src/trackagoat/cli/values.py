"""Services as values, for commands that work on their parts beside the running ones."""

from __future__ import annotations

import importlib
from typing import Any

from trackagoat.cli.joining import joining, role_dsn
from trackagoat.cli.state import Folder
from trackagoat.events.host.service import Service


def value_of(folder: Folder, name: str) -> tuple[Service, str]:
    """The service with the settings of this installation, and the connection string of its role."""
    state, secrets = folder.running(), folder.secrets()
    told = joining(state, secrets, name) | {"DATABASE_URL": role_dsn(state.database_url, name, secrets)}
    settings_type: Any = importlib.import_module(f"trackagoat.{name}.settings").Settings
    settings = settings_type(**{key.lower(): value for key, value in told.items()})
    service: Service = importlib.import_module(f"trackagoat.{name}.service").service(settings)
    return service, settings.database_url.get_secret_value()
