"""A subscriber hears what it was promised, and can do nothing else, whatever it tries on a real NATS."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import nats
import pytest
from nats.aio.client import Client

from trackagoat.embedded import Guests, Nats, NatsUser, Share
from trackagoat.events import clock, topology
from trackagoat.events.testing.plugin import PASSWORDS
from trackagoat.events.testing.sample import until
from trackagoat.events.topology import DOMAIN, Subscriber, heard, subject

ORG, OTHER = clock.new_id(), clock.new_id()
ACME = Subscriber(name="acme", password="a", org=ORG)
RIVAL = Subscriber(name="rival", password="r", org=OTHER)
VIDEOS = Subscriber(name="videos", password="v", types=["video.*", "stats.snapshotted"])
NARROW = Subscriber(name="narrow", password="n", org=ORG, types=["video.removed"])
EVERYONE = [ACME, RIVAL, VIDEOS, NARROW]
FACTS = [
    *(("ingest", "VideoDiscovered", org) for org in (ORG, OTHER)),
    *(("ingest", "VideoRemoved", org) for org in (ORG, OTHER)),
    *(("goals", "GoalCreated", org) for org in (ORG, OTHER)),
    *(("workspace", "ProjectCreated", org) for org in (ORG, OTHER)),
]


def logins(*subscribers: Subscriber) -> list[NatsUser]:
    return [NatsUser(*topology.subscriber(one.name, one.password)) for one in subscribers]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Nats]:
    """A server as `goat up` runs it, started before there was any subscriber."""
    users = [NatsUser(*user) for user in topology.users(PASSWORDS)]
    server = Nats(tmp_path / "nats", users=users, guests=Guests([], [Share(*share) for share in topology.SHARES]))
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
async def house(server: Nats) -> AsyncIterator[Client]:
    """The operator's connection; facts are there, and subscribers were let in while the server ran."""
    await topology.apply(server.url, "operator", "test")
    connection = await topology.connect(server.url, "operator", "test")
    for service, event, org in FACTS:
        await connection.jetstream().publish(subject(service, event, org, "stream"), b"{}")
    server.admit(logins(*EVERYONE))
    await topology.admit(server.url, "operator", "test", EVERYONE)
    yield connection
    await connection.close()


Come = Callable[[Subscriber], Awaitable[Any]]


@pytest.fixture
async def come(server: Nats, house: Client) -> AsyncIterator[Come]:
    """Connect as a subscriber, as soon as the server lets it in; every refusal is kept in `refused` of the client."""
    open_: list[Client] = []

    async def connect(one: Subscriber) -> Any:
        refused: list[str] = []

        async def note(error: Exception) -> None:
            refused.append(str(error))

        options: Any = {"user": one.name, "password": one.password, "inbox_prefix": f"_INBOX.{one.name}".encode()}
        await until(lambda: let_in(server, one))
        made: Any = await nats.connect(server.url, **options, error_cb=note, allow_reconnect=False)
        made.refused = refused
        open_.append(made)
        return made

    yield connect
    for client in open_:
        await client.close()


async def let_in(server: Nats, one: Subscriber) -> bool:
    """Does the server take the credentials? Asked by hand: the client leaves its socket open when it is refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        login = {"user": one.name, "pass": one.password, "verbose": False}
        writer.write(f"CONNECT {json.dumps(login)}\r\nPING\r\n".encode())
        await reader.readline()
        return b"PONG" in await reader.readline()
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def pulled(client: Client, one: Subscriber) -> list[str]:
    """The subjects of everything it can pull, acknowledged."""
    found = []
    for stream in heard(one):
        pull = await client.jetstream(domain=DOMAIN).pull_subscribe_bind(one.name, stream)
        info = await pull.consumer_info()
        for message in await pull.fetch(info.num_pending, timeout=10) if info.num_pending else []:
            await message.ack_sync()
            found.append(message.subject)
    return found


def wanted(*events: str, orgs: tuple[UUID, ...] = (ORG,)) -> list[str]:
    return [
        subject(s, event, org, "stream") for s, event, org in FACTS if org in orgs and (not events or event in events)
    ]


async def test_alerts_of_an_org_are_heard_by_its_subscribers_and_told_by_notifications_alone(
    come: Come, house: Client, server: Nats
) -> None:
    teller = await nats.connect(
        server.url, user="notifications", password=PASSWORDS["notifications"], inbox_prefix=b"_INBOX.notifications"
    )
    for org in (ORG, OTHER):
        await teller.jetstream().publish(topology.alert_subject(org, "goal_missed"), b"{}")
    await teller.close()
    for one, org in ((ACME, ORG), (RIVAL, OTHER)):
        found = [subject for subject in await pulled(await come(one), one) if subject.startswith("alerts.")]
        assert found == [f"alerts.{org}.goal_missed"]
    assert topology.ALERTS not in heard(VIDEOS)
    assert topology.ALERTS not in heard(NARROW)
    acme = await come(ACME)
    await acme.publish(f"alerts.{ORG}.goal_missed", b"forged")
    await acme.subscribe("alerts.>")
    await acme.flush()
    await until(lambda: _refused_twice(acme), 10)
    assert (await house.jetstream().stream_info(topology.ALERTS)).state.messages == 2


async def _refused_twice(client: Any) -> bool:
    return len([one for one in client.refused if "permissions violation" in one.lower()]) == 2


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (ACME, wanted()),
        (RIVAL, wanted(orgs=(OTHER,))),
        (VIDEOS, wanted("VideoDiscovered", "VideoRemoved", orgs=(ORG, OTHER))),
        (NARROW, wanted("VideoRemoved")),
    ],
    ids=lambda value: value.name if isinstance(value, Subscriber) else "",
)
async def test_a_subscriber_hears_what_it_was_promised_and_no_more(
    come: Come, one: Subscriber, expected: list[str]
) -> None:
    client = await come(one)
    assert sorted(await pulled(client, one)) == sorted(expected)
    assert await pulled(client, one) == []


@pytest.mark.parametrize("api", ["$JS.API", f"$JS.{DOMAIN}.API"])
@pytest.mark.parametrize(
    "asked",
    [
        "STREAM.MSG.GET.EVENTS_INGEST",
        "DIRECT.GET.EVENTS_INGEST",
        "DIRECT.GET.EVENTS_INGEST.events.>",
        "STREAM.INFO.EVENTS_INGEST",
        "STREAM.NAMES",
        "STREAM.PURGE.EVENTS_INGEST",
        "STREAM.DELETE.EVENTS_INGEST",
        "CONSUMER.CREATE.EVENTS_INGEST.acme",
        "CONSUMER.CREATE.EVENTS_INGEST.acme.events.ingest.>",
        "CONSUMER.CREATE.EVENTS_INGEST.wide.events.>",
        "CONSUMER.DURABLE.CREATE.EVENTS_INGEST.wide",
        "CONSUMER.DELETE.EVENTS_INGEST.rival",
        "CONSUMER.INFO.EVENTS_INGEST.rival",
        "CONSUMER.MSG.NEXT.EVENTS_INGEST.rival",
        "INFO",
    ],
)
async def test_nothing_but_its_own_consumers_answers_it(come: Come, api: str, asked: str) -> None:
    client = await come(ACME)
    answer = asyncio.create_task(client.request(f"{api}.{asked}", b'{"seq":1}', timeout=10))
    await until(lambda: refused(client, f"{api}.{asked}"))
    answer.cancel()


@pytest.mark.parametrize(
    "place",
    [
        "events.ingest.1.VideoRemoved.org.stream",
        "commands.goals.SetGoal",
        "wake.ingest",
        "$JS.ACK.EVENTS_INGEST.rival.1.1.1.1.1",
        "_INBOX.rival.x",
    ],
)
async def test_it_may_publish_neither_facts_nor_commands_nor_to_others(come: Come, place: str) -> None:
    client = await come(ACME)
    await client.publish(place, b"{}")
    await until(lambda: refused(client, place))


@pytest.mark.parametrize("place", ["events.>", "events.*.*.*.*.>", "commands.>", "_INBOX.>", ">"])
async def test_it_may_not_listen_beside_its_consumers(come: Come, place: str) -> None:
    client = await come(ACME)
    await client.subscribe(place)
    await until(lambda: refused(client, place))


async def test_what_it_pulls_cannot_be_delivered_into_the_house(come: Come, house: Client) -> None:
    """The server delivers wherever the one who pulls says, without asking whether they may publish there."""
    client = await come(ACME)
    heard_here: list[str] = []

    async def note(message: Any) -> None:
        heard_here.append(message.subject)

    for place in ("commands.>", "wake.>", "probe.>"):
        await house.subscribe(place, cb=note)
    await house.flush()
    before = await stored(house)
    pull = {"batch": 1, "expires": 500_000_000}
    for reply in ("events.campaigns.1.CampaignDeleted.o.s", "commands.goals.SetGoal", "wake.ingest"):
        asked = f"$JS.{DOMAIN}.API.CONSUMER.MSG.NEXT.EVENTS_INGEST.acme"
        await client.publish(asked, json.dumps(pull).encode(), reply=reply)
    await client.flush()
    await until(lambda: delivered(house))
    await house.publish("probe.last", b"")
    await until(lambda: became(heard_here, ["probe.last"]))
    assert await stored(house) == before


async def test_its_connection_ends_when_it_is_removed_and_others_stay(server: Nats, come: Come, house: Client) -> None:
    acme, rival = await come(ACME), await come(RIVAL)
    server.admit(logins(RIVAL))
    await until(lambda: closed(acme))
    await topology.dismiss(server.url, "operator", "test", "acme")
    assert await pulled(rival, RIVAL) == wanted(orgs=(OTHER,)) or rival.is_connected
    assert house.is_connected


async def test_consumers_that_are_as_wanted_keep_their_place(server: Nats, come: Come, house: Client) -> None:
    client = await come(NARROW)
    assert len(await pulled(client, NARROW)) == 1
    await topology.admit(server.url, "operator", "test", EVERYONE)
    assert await pulled(client, NARROW) == []


async def test_who_is_fresh_hears_nothing_from_before(server: Nats, come: Come, house: Client) -> None:
    late = Subscriber(name="late", password="l", org=ORG, fresh=True)
    server.admit(logins(late))
    await topology.admit(server.url, "operator", "test", [late])
    client = await come(late)
    assert await pulled(client, late) == []
    await house.jetstream().publish(subject("goals", "GoalDeleted", ORG, "stream"), b"{}")
    assert await pulled(client, late) == [subject("goals", "GoalDeleted", ORG, "stream")]


async def refused(client: Any, place: str) -> bool:
    """The server said no to exactly that."""
    return any("permissions violation" in one and f'"{place.lower()}"' in one for one in client.refused)


async def stored(house: Client) -> dict[str, int]:
    js = house.jetstream()
    return {s: (await js.stream_info(topology.stream_name(s))).state.messages for s in topology.SERVICES}


async def delivered(house: Client) -> bool:
    """Whatever was asked of the consumer has been answered, refused or given up."""
    return not (await house.jetstream().consumer_info("EVENTS_INGEST", "acme")).num_waiting


async def became(found: list[str], expected: list[str]) -> bool:
    return found == expected


async def closed(client: Client) -> bool:
    return bool(client.is_closed)
