"""The bootstrap: one command makes .venv, whatever was there before, and then gets out of the way."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BACKEND = """
import zipfile

NAME = "trackagoat-0.1.0"

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{wheel_directory}/{NAME}-py3-none-any.whl", "w") as wheel:
        wheel.write("said.py")
        for file, lines in {
            "METADATA": ["Metadata-Version: 2.1", "Name: trackagoat", "Version: 0.1.0"],
            "WHEEL": ["Wheel-Version: 1.0", "Root-Is-Purelib: true", "Tag: py3-none-any"],
            "entry_points.txt": ["[console_scripts]", "goat = said:main"],
            "RECORD": [],
        }.items():
            wheel.writestr(f"{NAME}.dist-info/{file}", "".join(line + chr(10) for line in lines))
    return f"{NAME}-py3-none-any.whl"
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "trackagoat"
version = "0.1.0"
"""
COMMAND_LINE = """
import signal, sys
def main():
    print("goat", *sys.argv[1:], flush=True)
    if sys.argv[1:] == ["wait"]:
        signal.pause()
    return 3
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bootstrap, nothing to download, and a command line that repeats what it is told."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "goat", folder)
    (folder / "requirements.lock").write_text("")
    (folder / "cli").mkdir()
    (folder / "cli" / "pyproject.toml").write_text(PYPROJECT)
    (folder / "cli" / "backend.py").write_text(BACKEND)
    (folder / "cli" / "said.py").write_text(COMMAND_LINE)
    return folder


def start(house: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([house / "goat", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def goat(house: Path, *words: str) -> tuple[int, str, str]:
    process = start(house, *words)
    said, progress = process.communicate(timeout=50)
    return process.returncode, said, progress


def test_two_first_runs_at_once_install_once_and_both_go_on(house: Path) -> None:
    shutil.rmtree(house / ".venv", ignore_errors=True)
    runs = [start(house, "up"), start(house, "up")]
    answers = [run.communicate(timeout=50) for run in runs]
    assert [run.returncode for run in runs] == [3, 3]
    assert [said for said, _ in answers] == ["goat up\n", "goat up\n"]
    assert sum("making .venv" in progress for _, progress in answers) == 1


def test_a_later_run_installs_nothing_and_hands_on_arguments_and_exit_code(house: Path) -> None:
    goat(house)
    assert goat(house, "import", "a file", "--json") == (3, "goat import a file --json\n", "")


@pytest.mark.parametrize("broken", ["bin/python", "installed.sha256"])
def test_a_venv_that_was_not_finished_is_made_anew(house: Path, broken: str) -> None:
    goat(house)
    (house / ".venv" / broken).unlink()
    (house / ".venv" / "leftover").touch()
    code, said, progress = goat(house, "up")
    assert (code, said) == (3, "goat up\n")
    assert "making .venv" in progress
    assert not (house / ".venv" / "leftover").exists()


def test_a_changed_lock_is_installed_into_the_venv_that_is_there(house: Path) -> None:
    goat(house)
    (house / "requirements.lock").write_text("# another one\n")
    progress = goat(house)[2]
    assert "requirements.lock" in progress
    assert "making .venv" not in progress


def test_a_failure_shows_what_pip_said_and_leaves_nothing_that_looks_finished(house: Path) -> None:
    lock = house / "requirements.lock"
    before = lock.read_text()
    lock.write_text("./nowhere.whl --hash=sha256:00\n")
    code, said, progress = goat(house, "up")
    lock.write_text(before)
    assert (code, said) == (1, "")
    assert "nowhere.whl" in progress
    assert not (house / ".venv" / "installed.sha256").exists()


def test_a_signal_reaches_the_command_line_itself(house: Path) -> None:
    goat(house)
    process = start(house, "wait")
    assert process.stdout is not None
    assert process.stdout.readline() == "goat wait\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGTERM


def test_without_a_python_that_will_do_it_says_so_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    run = subprocess.run(
        ["/bin/sh", ROOT / "goat", "up"],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "needs Python 3.11" in run.stderr
