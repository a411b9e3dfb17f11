"""NATS from a package: it keeps what it stored, lets users do what they may, and says what is wrong."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path

import nats
import nats.errors
import pytest
from nats.aio.client import Client

from trackagoat.embedded import EmbeddedError, Nats, NatsUser

ALL = NatsUser("all", "secret of all", [">"], [">"])
FEW = NatsUser("few", "secret of few", ["allowed"], ["_INBOX.>"])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Nats]:
    server = Nats(tmp_path / "nats", users=[ALL, FEW])
    try:
        yield server
    finally:
        server.kill()


async def connect(server: Nats, user: NatsUser = ALL) -> Client:
    async def quiet(_: Exception) -> None: ...

    return await nats.connect(server.url, user=user.name, password=user.password, error_cb=quiet, allow_reconnect=False)


async def test_what_was_published_is_there_after_it_was_killed_and_came_back_on_its_port(server: Nats) -> None:
    server.start()
    url = server.url
    client = await connect(server)
    await client.jetstream().add_stream(name="KEPT", subjects=["kept"])
    await client.jetstream().publish("kept", b"words")
    await client.close()
    server.kill()
    assert not server.running
    server.start()
    assert server.url == url
    client = await connect(server)
    assert (await client.jetstream().get_last_msg("KEPT", "kept")).data == b"words"
    await client.close()


async def test_a_user_may_do_what_was_granted_and_nothing_else(server: Nats) -> None:
    server.start()
    everything, few = await connect(server), await connect(server, FEW)
    heard = await everything.subscribe(">")
    await everything.flush()
    await few.publish("forbidden", b"no")
    await few.publish("allowed", b"yes")
    message = await heard.next_msg(timeout=5)
    assert (message.subject, message.data) == ("allowed", b"yes")
    await asyncio.gather(everything.close(), few.close())


async def test_without_a_password_nobody_enters(server: Nats) -> None:
    server.start()
    client = Client()
    with pytest.raises(nats.errors.Error, match="Authorization"):
        await client.connect(server.url, user=ALL.name, password="guess", allow_reconnect=False)
    await client.close()


def test_passwords_are_kept_from_others(server: Nats) -> None:
    server.start()
    assert stat.S_IMODE((server.folder / "nats.conf").stat().st_mode) == 0o600


async def test_messages_up_to_eight_mebibytes_pass(server: Nats) -> None:
    server.start()
    client = await connect(server)
    assert client.max_payload == 8 * 1024 * 1024
    await client.close()


def test_a_port_is_kept_for_the_next_time(server: Nats) -> None:
    server.start()
    server.stop()
    again = Nats(server.folder)
    again.start()
    again.stop()
    assert again.port == server.port


def test_a_taken_port_is_named(server: Nats, tmp_path: Path) -> None:
    server.start()
    with pytest.raises(EmbeddedError, match=f"port {server.port} is taken, NATS cannot listen on it"):
        Nats(tmp_path / "other", port=server.port).start()


def test_a_file_where_the_store_should_be_is_named_in_one_line(server: Nats) -> None:
    server.folder.mkdir()
    (server.folder / "jetstream").write_text("")
    with pytest.raises(EmbeddedError, match=r"NATS cannot use .*jetstream") as caught:
        server.start()
    assert "\n" not in str(caught.value)


def test_what_the_server_complains_of_is_told_in_one_line(tmp_path: Path) -> None:
    server = Nats(tmp_path / "nats", sync_interval="now and then")
    with pytest.raises(EmbeddedError, match=r"NATS did not start in .*sync_interval") as caught:
        server.start()
    assert "\n" not in str(caught.value)
    assert not server.running
