"""The Python client that is committed is the one the registry of routes gives."""

from __future__ import annotations

from pathlib import Path

from trackagoat.cli.client.source import files
from trackagoat.client import Client
from trackagoat.gateway.routes import ROUTES

GENERATED = Path(__file__).parents[2] / "libs/client/src/trackagoat/client/generated"


def test_the_committed_client_is_current() -> None:
    committed = {str(path.relative_to(GENERATED)): path.read_text() for path in GENERATED.rglob("*.py")}
    assert committed == files(), "run `goat client`"


def test_every_call_that_answers_in_json_is_a_method() -> None:
    names = {name.replace("_", "") for name in dir(Client)}
    missing = [route.name for route in ROUTES if route.statuses and route.name.lower() not in names]
    assert missing == []
