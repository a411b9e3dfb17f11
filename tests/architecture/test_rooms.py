"""The rooms of a service: every file is one of them, and each keeps to what its sign says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(folder.name for folder in (ROOT / "services").iterdir() if folder.is_dir())
SOURCES = sorted(path for part in ("libs", "services", "cli") for path in ROOT.glob(f"{part}/**/src/**/*.py"))

ROOMS = {
    "__init__": "the sign at the door",
    "__main__": "starts the service",
    "service": "the table of contents",
    "settings": "what the environment may say",
    "handlers": "answers that are no decision on a stream",
    "projections": "facts to rows",
    "policies": "facts to consequences",
    "channels": "ways out to people and programs",
    "sources": "ways in from outside",
    "due": "work that falls due",
    "store": "every statement of the service",
    "domain": "what is decided, and nothing else",
    "migrations": "the tables, in dbmate's format",
    "testing": "what tests of others may use",
}
GATEWAY = {
    "__init__": "the sign at the door",
    "__main__": "starts the gateway",
    "service": "the table of contents",
    "settings": "what the environment may say",
    "openapi": "the routes, described for programs",
    "schema": "the words of the product, described for programs",
    "explorer": "the description as a page to try the API on",
    "unsubscribing": "the page behind the link in letters",
    "tenancy": "what exists for the caller",
    "edge": "what every request passes",
    "routes": "one file per resource",
    "registry": "what a route is",
    "resources": "what a row looks like from outside",
    "reads": "one file per service it reads from",
    "store": "its own rows",
    "migrations": "the tables, in dbmate's format",
}
NOT_YET_A_THING = {"utils", "helpers", "common", "base", "manager", "processor", "misc"}
HOLD_SQL = {"store", "reads"}
STATEMENT = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+(AS\s+\w+\s+|\w+\s+)?SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s)"
)
MIGRATION = re.compile(r"[1-9]\d{3}_(pre|post)_[a-z0-9_]+\.sql")


def home(service: str) -> Path:
    return ROOT / "services" / service / "src" / "trackagoat" / service


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_named_rooms_and_no_others(service: str) -> None:
    rooms = GATEWAY if service == "gateway" else ROOMS
    found = {path.stem for path in home(service).iterdir() if path.suffix in {"", ".py"} and path.name != "__pycache__"}
    signs = "\n".join(f"  {room}: {sign}" for room, sign in rooms.items())
    assert found <= set(rooms), f"{sorted(found - set(rooms))} is no room. Put it into one of these:\n{signs}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_a_door_and_a_table_of_contents(service: str) -> None:
    for needed in ("__init__.py", "__main__.py", "service.py", "settings.py", "py.typed"):
        assert (home(service) / needed).is_file(), f"{service} needs {needed}"
    assert (ROOT / "services" / service / "tests").is_dir(), f"{service} needs tests/ beside src/"


def test_trackagoat_is_a_namespace_that_no_distribution_claims() -> None:
    claimed = [*ROOT.glob("*/*/src/trackagoat/__init__.py"), *ROOT.glob("cli/src/trackagoat/__init__.py")]
    assert claimed == [], "an __init__.py there would hide every other distribution"


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [str(path.relative_to(ROOT)) for path in SOURCES if path.stem in NOT_YET_A_THING]
    assert vague == [], "what cannot be named is not yet a thing"


def strings(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_only_the_store_and_the_reads_hold_sql() -> None:
    misplaced = [
        f"{path.relative_to(ROOT)}:{line}"
        for service in SERVICES
        for path in home(service).rglob("*.py")
        if not HOLD_SQL & {path.stem, *path.relative_to(home(service)).parts}
        for line, text in strings(path)
        if STATEMENT.match(text)
    ]
    assert misplaced == [], "a statement lives with its types, as @read or @write in store (the gateway: in reads)"


@pytest.mark.parametrize("path", sorted(ROOT.glob("services/*/src/**/*.sql")), ids=lambda path: path.name)
def test_a_migration_can_be_run_by_dbmate_in_any_schema(path: Path) -> None:
    text = path.read_text()
    assert MIGRATION.fullmatch(path.name), "NNNN_pre_what.sql runs before the new code, NNNN_post_what.sql after it"
    assert text.startswith("-- "), "the first line says what the file is for, unless it is dbmate's own"
    assert "-- migrate:up" in text, "dbmate runs what follows that line, and refuses statements above it"
    assert "-- migrate:down" in text, "dbmate looks for that line; nothing need follow it"
    assert not re.search(r"CREATE\s+SCHEMA|SET\s+search_path", text, re.IGNORECASE), "the schema is chosen by the role"
