"""Who imports whom: the contracts of .importlinter hold, and they look at every file there is."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "libs/events/src/trackagoat/events"


def names(contract: str, key: str) -> set[str]:
    """What a contract lists, without the marks for siblings and optional layers."""
    config = ConfigParser()
    config.read(ROOT / ".importlinter")
    section = "importlinter" if contract == "" else f"importlinter:contract:{contract}"
    listed = config[section][key].replace("|", " ").replace(":", " ").split()
    return {name.strip("()") for name in listed}


def test_every_contract_between_the_rooms_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / ".importlinter"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_contracts_look_at_every_package() -> None:
    packages = {
        f"trackagoat.{source.name}"
        for folder in ("libs/*", "services/*", "cli")
        for source in ROOT.glob(f"{folder}/src/trackagoat/*/")
    }
    assert packages == names("", "root_packages"), "list the new package in .importlinter, under root_packages"


def test_every_service_is_on_the_stairs() -> None:
    services = {f"trackagoat.{folder.name}" for folder in (ROOT / "services").iterdir() if folder.is_dir()}
    stairs = names("stairs", "containers") | names("edge", "containers")
    assert services == stairs, "list the new service in .importlinter, under the stairs"


def test_every_module_of_the_kernel_has_a_step() -> None:
    modules = {
        ".".join(("trackagoat", "events", *path.relative_to(KERNEL).with_suffix("").parts))
        for path in KERNEL.rglob("*.py")
        if path.name != "__init__.py"
    }
    listed = names("kernel", "layers")
    homeless = {module for module in modules if not any(f"{module}.".startswith(f"{step}.") for step in listed)}
    assert not homeless, "give it a step in .importlinter, under the kernel: as low as what it imports allows"
