"""The link in letters: looking changes nothing, a POST ends the letters to one address, a forged one is nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from trackagoat.events.catalogue.notifications import LEAVE, ReaderLeft, leave_nonce, reader_of
from trackagoat.events.catalogue.words import ChannelId, OrgId
from trackagoat.events.testing.play import said
from trackagoat.events.tokens import email_hash, token

SLACK = {"kind": "slack", "name": "Team", "config": {"webhook_url": "https://hooks.slack.com/services/T0/B0/secret"}}


def link(key: str, org: OrgId, channel: ChannelId, reader: UUID) -> str:
    signed = token(key, LEAVE, leave_nonce(org, channel, reader))
    return f"/unsubscribe/{org.hex}{channel.hex}{reader.hex}.{signed}"


@pytest.fixture
async def letter(api: Any) -> tuple[ChannelId, UUID, str]:
    """The channel, the reader and the link of a letter."""
    channel = ChannelId(UUID((await api.post("/channels", SLACK))["data"]["id"]))
    reader = reader_of(channel, email_hash(SECRET_KEY, "ana@example.com"))
    return channel, reader, link(SECRET_KEY, api.org, channel, reader)


SECRET_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


async def left(api: Any) -> list[ReaderLeft]:
    return list(await said(api.world.pools["notifications"], ReaderLeft))


async def test_looking_at_the_page_changes_nothing(api: Any, letter: Any) -> None:
    answer = await api.client.get(letter[2])
    assert (answer.status, answer.content_type) == (200, "text/html")
    assert '<form method="post">' in await answer.text()
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert await left(api) == []


async def test_one_click_ends_the_letters_to_that_reader_once(api: Any, letter: Any) -> None:
    channel, reader, path = letter
    for _ in range(2):
        answer = await api.client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status == 200
        assert "Unsubscribed" in await answer.text()
    assert await left(api) == [ReaderLeft(channel=channel, reader=reader)]
    query = "SELECT left_by FROM channel_settings WHERE channel = $1"
    assert await api.world.pools["notifications"].fetchval(query, channel) == [reader]


async def test_a_change_of_the_channel_brings_nobody_back(api: Any, letter: Any) -> None:
    channel, reader, path = letter
    await api.client.post(path)
    await api.patch(f"/channels/{channel}", {"name": "Renamed"})
    await api.client.post(path)
    assert len(await left(api)) == 1
    query = "SELECT left_by FROM channel_settings WHERE channel = $1"
    assert await api.world.pools["notifications"].fetchval(query, channel) == [reader]


async def test_a_forged_link_is_nothing(api: Any, letter: Any) -> None:
    channel, reader, path = letter
    other = link(SECRET_KEY, OrgId(uuid4()), channel, reader).partition(".")[2]
    for wrong in (path[:-1], f"{path.partition('.')[0]}.{other}", "/unsubscribe/x.y", f"{path[:20]}0{path[21:]}"):
        if wrong != path:
            assert (await api.client.post(wrong)).status == 404, wrong
            assert (await api.client.get(wrong)).status == 404, wrong
    assert await left(api) == []
