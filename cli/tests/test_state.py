"""The state folder: closed to others, held by one, and never fooled by a process id that was given away again."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from trackagoat.cli.errors import ALREADY_RUNNING, Failure, NotRunning
from trackagoat.cli.state import Child, Folder, State


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def prepared(path: Path) -> Folder:
    folder = Folder(path / "state")
    folder.prepare()
    return folder


def test_others_may_not_look_into_it(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    folder.secrets()
    assert mode(folder.path) in {0o700, 0o711}
    assert mode(folder.logs) == 0o700
    assert mode(folder.path / "secrets.json") == 0o600


def test_secrets_are_made_once(tmp_path: Path) -> None:
    assert prepared(tmp_path).secrets() == prepared(tmp_path).secrets()


def test_lost_secrets_are_not_replaced_while_there_is_data_they_sealed(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    (folder.path / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(Failure, match=r"secrets\.json is missing"):
        folder.secrets()


def test_only_one_may_hold_it(tmp_path: Path) -> None:
    first, second = prepared(tmp_path), prepared(tmp_path)
    first.lock()
    with pytest.raises(Failure, match="already running") as caught:
        second.lock()
    assert caught.value.exit_code == ALREADY_RUNNING
    first.unlock()
    second.lock()
    second.unlock()


def test_a_process_id_that_was_given_away_again_is_another_process() -> None:
    mine = Child.of(os.getpid())
    assert mine.alive
    assert not msgspec.structs.replace(mine, began=mine.began - 1).alive


def test_a_process_that_ended_is_not_alive_even_before_anybody_looked() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        child = Child.of(process.pid)
        assert child.alive
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not child.alive


def test_a_state_whose_supervisor_is_gone_says_that_nothing_runs(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    folder.write(State("http://127.0.0.1:1", "", "", supervisor=Child(pid=1, began=1)))
    with pytest.raises(NotRunning):
        folder.running()


@pytest.mark.parametrize("name", ["state.json", "secrets.json", "demo.json"])
def test_a_file_that_makes_no_sense_is_named_in_one_line(tmp_path: Path, name: str) -> None:
    folder = prepared(tmp_path)
    (folder.path / name).write_text("{")
    with pytest.raises(Failure, match=rf"{name} cannot be read") as caught:
        {"state.json": folder.read, "secrets.json": folder.secrets, "demo.json": folder.demo}[name]()
    assert "\n" not in caught.value.message


def test_a_file_in_its_place_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(Failure, match="cannot be used") as caught:
        prepared(tmp_path)
    assert "\n" not in caught.value.message
