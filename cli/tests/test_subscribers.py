"""`goat subscribers` on a real installation: credentials that work at once, and end at once."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nats
import pytest
from click.testing import CliRunner

from trackagoat.cli.state import Child, Folder, State
from trackagoat.cli.subscribers import subscribers
from trackagoat.embedded.processes import free_port
from trackagoat.events.testing.sample import until

pytestmark = pytest.mark.timeout(240)

Goat = Callable[..., Any]


@pytest.fixture
def goat(tmp_path: Path) -> Iterator[Goat]:
    """The command on a running system: `goat(...)` answers its JSON."""

    def run(*words: str, json_wanted: bool = True) -> Any:
        command = [sys.executable, "-m", "trackagoat.cli", *words, "--state", str(tmp_path)]
        done = subprocess.run(
            [*command, *(["--json"] if json_wanted else [])], capture_output=True, text=True, check=False, timeout=150
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if json_wanted else None

    try:
        run("up", "--detach", "--port", str(free_port()), json_wanted=False)
        yield run
    finally:
        run("down", json_wanted=False)


async def test_credentials_work_at_once_and_end_at_once(goat: Goat, tmp_path: Path) -> None:
    org = goat("orgs", "create", "Acme")["org_id"]
    made = goat("subscribers", "create", "--name", "acme", "--org", "Acme")
    file = tmp_path / "subscribers.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert made["org"] == org
    connection = await nats.connect(
        made["url"],
        user=made["name"],
        password=made["password"],
        inbox_prefix=made["inbox_prefix"],
        allow_reconnect=False,
    )
    pull = await connection.jetstream(domain=made["domain"]).pull_subscribe_bind(made["consumer"], "EVENTS_WORKSPACE")
    (message,) = await pull.fetch(1, timeout=20)
    assert (message.headers or {})["ce-type"] == "org.created.v1"
    (listed,) = goat("subscribers", "list")
    assert "password" not in listed
    assert goat("subscribers", "remove", "acme") == {"removed": "acme"}
    assert goat("subscribers", "list") == []
    await until(lambda: ended(connection))
    await connection.close()


async def ended(connection: Any) -> bool:
    return bool(connection.is_closed or not connection.is_connected)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["create", "--name", "Acme", "--types", "video.*"], "cannot be its name"),
        (["create", "--name", "operator", "--types", "video.*"], "cannot be its name"),
        (["create", "--name", "acme"], "say what it may hear"),
        (["create", "--name", "acme", "--types", "nothing.*"], "no event is called nothing.*"),
        (["create", "--name", "acme", "--types", "user.registered"], "hold digests of their secrets"),
        (["remove", "acme"], "there is no subscriber acme"),
        (["create", "--name", "acme", "--types", "video.*"], "NATS_URL is a server of your own"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    folder = Folder(tmp_path / "state")
    folder.prepare()
    folder.write(State("", "postgresql://nowhere", "nats://nowhere", Child.of(os.getpid())))
    monkeypatch.setenv("NATS_URL", "nats://nowhere")
    done = CliRunner().invoke(subscribers, [*words, "--state", str(folder.path)])
    assert done.exit_code == 1
    assert sentence in done.output
