"""The goat command on a real installation: up, used, hurt, mended, down; and every refusal in one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from trackagoat.cli.state import Child, Folder, State
from trackagoat.embedded.processes import free_port

pytestmark = pytest.mark.timeout(240)

READINGS = """handle,video_id,posted_at,scraped_at,views,likes
jane,7498305315847376135,2025-04-28 01:14:13,2025-05-14 21:18:07,625.1K,22.6K
jane,7498305315847376135,2025-04-28 01:14:13,2025-05-15 21:18:07,700K,23K
bob.k,7482693148385283335,2025-03-17 08:31:02,2025-05-14 21:20:22,many,506.6K
bob.k,,2025-03-17 08:31:02,2025-05-14 21:20:22,5,5
"""


class Goat:
    """The command, speaking to one state folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Folder(folder)

    def __call__(self, *words: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "trackagoat.cli", *words, "--state", str(self.folder.path)]
        told = os.environ | (environment or {})
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=200, env=told)

    def json(self, *words: str) -> Any:
        done = self(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @property
    def state(self) -> State:
        return self.folder.running()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def goat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Goat]:
    """An installation that runs in the background."""
    goat = Goat(tmp_path_factory.mktemp("goat") / "state")
    done = goat("up", "--detach", "--port", str(free_port()))
    try:
        assert done.returncode == 0, done.stderr
        yield goat
    finally:
        goat("down")


@pytest.fixture(scope="module")
def project(goat: Goat) -> str:
    goat.json("orgs", "create", "Acme", "--timezone", "Europe/Berlin")
    return str(goat.json("projects", "create", "Spring")["project_id"])


def one_line(done: subprocess.CompletedProcess[str], code: int, *parts: str) -> None:
    assert done.returncode == code, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert all(part in done.stderr for part in parts), done.stderr


def test_everything_is_ready_when_it_returns(goat: Goat) -> None:
    report = goat.json("status")
    assert report["ready"]
    assert set(report["services"]) == {"workspace", "ingest", "campaigns", "goals", "notifications", "gateway"}
    assert set(report["servers"]) == {"postgres", "nats"}


def test_a_second_one_is_refused_and_the_first_left_alone(goat: Goat) -> None:
    for words in (("up",), ("up", "--detach")):
        one_line(goat(*words), 4, "already running", "goat down")
    assert "starting" in (goat.folder.logs / "up.log").read_text()


def test_a_taken_port_is_refused(goat: Goat, tmp_path: Path) -> None:
    port = goat.state.api.rpartition(":")[2]
    one_line(Goat(tmp_path / "other")("up", "--port", port), 5, f"port {port} is taken", "--port")


def test_a_setting_no_service_could_start_with_is_refused_before_anything_starts(tmp_path: Path) -> None:
    up = Goat(tmp_path / "other")("up", environment={"SOURCES": "tea_leaves"})
    one_line(up, 1, "SOURCES", "there is no source called tea_leaves")
    assert not (tmp_path / "other" / "postgres").exists()


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one_line(Goat(tmp_path / "file")("up"), 1, "the state folder", "cannot be used")


def test_without_anything_running_commands_say_so(tmp_path: Path) -> None:
    nothing = Goat(tmp_path / "none")
    for words in (("status",), ("keys", "create"), ("orgs", "create", "Acme"), ("run", "goals")):
        one_line(nothing(*words), 3, "nothing is running", "goat up")
    assert nothing("down").stdout == "nothing was running\n"


def test_a_file_is_imported_once_and_what_cannot_be_read_is_named(goat: Goat, project: str, tmp_path: Path) -> None:
    file = tmp_path / "readings.csv"
    file.write_text(READINGS)
    first = goat.json("import", str(file), "--project", project)
    assert (first["rows"], first["skipped"], first["creators"], first["videos"]) == (3, 1, 2, 2)
    assert (first["new_creators"], first["new_videos"], first["new_snapshots"]) == (2, 2, 3)
    assert [(w["line"], w["column"], w["skipped"]) for w in first["warnings"]] == [
        (4, "views", False),
        (5, "video_id", True),
    ]
    again = goat.json("import", str(file), "--project", project)
    assert (again["new_creators"], again["new_videos"], again["new_snapshots"]) == (0, 0, 0)
    assert "nothing changed" in goat("import", str(file), "--project", project).stdout


def test_an_import_that_was_killed_goes_on_where_it_was_and_records_nothing_twice(
    goat: Goat, project: str, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    with file.open("w") as lines:
        lines.write("handle,id,scraped_at,Plays\n")
        for day in range(1, 29):
            for video in range(600):
                lines.write(f"herd{video % 30},{7498305315847370000 + video},2025-06-{day:02} 10:00,{day * 1000}\n")
    words = ["import", str(file), "--project", project, "--map", "views=Plays", "--state", str(goat.folder.path)]
    cut = subprocess.Popen([sys.executable, "-m", "trackagoat.cli", *words], stderr=subprocess.DEVNULL)
    until(lambda: any((goat.folder.path / "imports").glob("*.json")))
    cut.kill()
    assert cut.wait() == -signal.SIGKILL
    done = goat(*words[:-2], "--json")
    report = json.loads(done.stdout)
    assert (report["rows"], report["videos"], report["warning_count"]) == (16_800, 600, 0)
    assert 0 < report["resumed_rows"] < 16_800
    assert "imported 16,800 of 16,800 rows" in done.stderr
    assert list((goat.folder.path / "imports").iterdir()) == []
    again = goat.json(*words[:-2])
    assert (again["new_snapshots"], again["new_videos"], again["resumed_rows"]) == (0, 0, 0)


def test_a_mapping_that_makes_no_sense_is_refused(goat: Goat, project: str, tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text(READINGS)
    words = ("import", str(tmp_path / "readings.csv"), "--project", project, "--map")
    assert goat(*words, "views").returncode == 2
    one_line(goat(*words, "plays=views"), 1, "there is no field plays; fields are")


def test_an_import_into_a_project_that_is_not_there_is_refused(goat: Goat, project: str, tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text(READINGS)
    missing = "00000000-0000-0000-0000-000000000000"
    one_line(goat("import", str(tmp_path / "readings.csv"), "--project", missing), 1, f"no project {missing}")


def test_a_file_without_the_columns_that_are_needed_is_refused(goat: Goat, project: str, tmp_path: Path) -> None:
    (tmp_path / "readings.csv").write_text("a,b\n1,2\n")
    one_line(goat("import", str(tmp_path / "readings.csv"), "--project", project), 1, "no column for handle")


def test_a_key_has_the_scopes_that_were_asked_for(goat: Goat, project: str) -> None:
    key = goat.json("keys", "create", "--scopes", "read")
    assert key["key"].startswith("tga_")
    assert key["scopes"] == ["read"]
    assert goat("keys", "create", "--scopes", "fly").returncode == 2


@pytest.mark.parametrize("part", ["goals", "nats", "postgres"])
def test_what_is_killed_comes_back(goat: Goat, part: str) -> None:
    def child() -> Child:
        return (goat.state.services | goat.state.servers)[part]

    before = child()
    os.kill(before.pid, signal.SIGKILL)
    until(lambda: child() != before and child().alive)
    until(lambda: goat("status").returncode == 0)


def test_down_stops_what_a_killed_supervisor_left_behind(tmp_path: Path) -> None:
    goat = Goat(tmp_path / "state")
    assert goat("up", "--detach", "--port", str(free_port())).returncode == 0
    state = goat.state
    os.kill(state.supervisor.pid, signal.SIGKILL)
    until(lambda: not state.supervisor.alive)
    assert all(child.alive for child in state.services.values())
    assert goat("down").returncode == 0
    assert not any(child.alive for child in (*state.services.values(), *state.servers.values()))
