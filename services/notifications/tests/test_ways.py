"""Every channel kind against a real receiver, and the places no channel ever reaches."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from trackagoat.embedded import Nats
from trackagoat.events import topology
from trackagoat.events.catalogue.notifications import ChannelKind, config_context, reader_of, secret_context
from trackagoat.events.catalogue.words import AlertId, ChannelId, OrgId
from trackagoat.events.seal import seal
from trackagoat.events.testing.plugin import PASSWORDS
from trackagoat.events.tokens import email_hash
from trackagoat.notifications.channels.mail import Mail, Server
from trackagoat.notifications.channels.outbound import Outbound
from trackagoat.notifications.channels.slack import Slack
from trackagoat.notifications.channels.subjects import Subjects
from trackagoat.notifications.channels.webhook import Webhook
from trackagoat.notifications.domain.messages import Entity, Message, Notice, Parcel
from trackagoat.notifications.domain.targets import Targets

KEY = base64.b64encode(bytes(range(32))).decode()
CHANNEL, ORG = ChannelId(UUID(int=1)), OrgId(UUID(int=7))
NOW = datetime.fromisoformat("2026-03-10T08:00:00Z")
BASE = "https://goats.example"
HERE = Targets.of(["127.0.0.0/8"])


def notice(title: str, severity: Any = "warning") -> Notice:
    return Notice(
        id=AlertId(UUID(int=9)),
        kind="goal_missed",
        severity=severity,
        title=title,
        body="Late data can still change it.",
        project_id=None,
        entity=Entity("goal", UUID(int=5), None),
        data={"actual": 3},
        created_at="2026-03-10T08:00:00Z",
    )


ONE = Message(id="msg_1", type="alert.goal_missed", at=NOW, notices=[notice("@ana <missed> the goal\r\nBcc: x@y")])
DIGEST = Message(id="msg_2", type="alert.digest", at=NOW, notices=[notice("A & B", "critical"), notice("C")])
TEST = Message(id="msg_3", type="test.ping", at=NOW, event={"channel_id": str(CHANNEL)})


class Way:
    """A channel of one kind, pointed at a receiver of its kind that keeps what it got."""

    def __init__(self, kind: ChannelKind, channel: Any, parcel: dict[str, Any], got: Callable[[], list[Any]]) -> None:
        self.kind, self.channel, self._parcel, self.got = kind, channel, parcel, got

    async def send(self, message: Message, **other: Any) -> Any:
        parcel = Parcel(channel=CHANNEL, kind=self.kind, name="Ops", message=message, **(self._parcel | other))
        return await self.channel.send(parcel, NOW)


class Mailbox:
    """What a mail server does with a letter."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.to: list[str] = []
        self.refuses = False
        self.unknown = ""
        """An address nobody has."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: Any, __: Any, envelope: Envelope, address: str, ___: Any
    ) -> str:
        if address == self.unknown:
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _: Any, __: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuses:
            return "552 mailbox full"
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.to += envelope.rcpt_tos
        return "250 taken"


@pytest.fixture
def mailbox(unused_tcp_port: int) -> Any:
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=unused_tcp_port)
    server.start()
    yield box, unused_tcp_port
    server.stop()


class Listener:
    """The operator, who hears every message that a stream takes."""

    def __init__(self, server: Nats) -> None:
        self.server = server
        self.heard: list[Any] = []

    async def open(self) -> None:
        self.client = await topology.connect(self.server.url, "operator", PASSWORDS["operator"])

        async def note(message: Any) -> None:
            self.heard.append(message)

        self.ear = await self.client.subscribe("alerts.>", cb=note)
        await self.client.flush()

    async def settled(self) -> None:
        """What was published until now has been heard."""
        await self.client.flush()


@pytest.fixture
async def listener(nats_server: Nats) -> AsyncIterator[Listener]:
    one = Listener(nats_server)
    await one.open()
    yield one
    await one.client.close()


@contextlib.asynccontextmanager
async def published(server: Nats) -> AsyncIterator[Subjects]:
    """The channel as notifications has it."""
    async with Subjects(server.url, "notifications", PASSWORDS["notifications"], patience=5) as subjects:
        yield subjects


@pytest.fixture(params=["webhook", "slack", "email", "nats"])
async def way(
    request: pytest.FixtureRequest, receiver: Any, mailbox: Any, nats_server: Nats, listener: Listener
) -> AsyncIterator[Way]:
    box, port = mailbox
    if request.param == "nats":
        async with published(nats_server) as subjects:
            yield Way("nats", subjects, {"org": ORG}, lambda: listener.heard)
        return
    async with Outbound(HERE, patience=5) as outbound:
        if request.param == "webhook":
            secret = seal(KEY, b"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", secret_context(CHANNEL))
            where = {"url": receiver.url, "sealed_secrets": [secret]}
            yield Way("webhook", Webhook(outbound, KEY), where, lambda: receiver.got)
        elif request.param == "slack":
            sealed = seal(KEY, receiver.url.encode(), config_context(CHANNEL))
            yield Way("slack", Slack(outbound, KEY), {"sealed_config": sealed}, lambda: receiver.got)
        else:
            to = msgspec.json.encode(["ana@example.com", "ben@example.com"])
            sealed = seal(KEY, to, config_context(CHANNEL))
            server = Server("127.0.0.1", port, "goat@example.com", "none")
            yield Way("email", Mail(server, KEY, BASE, patience=5), {"sealed_config": sealed}, lambda: box.letters)


@pytest.mark.parametrize("message", [ONE, DIGEST, TEST], ids=["alert", "digest", "test"])
async def test_a_message_of_each_type_arrives_once(way: Way, message: Message, listener: Listener) -> None:
    answer = await way.send(message)
    assert answer.error is None, answer
    assert answer.duration_ms >= 0
    if way.kind == "nats":
        await listener.settled()
    assert len(way.got()) == (2 if way.kind == "email" else 1), "each address gets a letter of its own"


async def test_what_cannot_be_opened_is_an_answer(way: Way) -> None:
    if way.kind == "nats":
        pytest.skip("nothing of it is sealed")
    wrong = {"sealed_secrets": ["AAAA"]} if way.kind == "webhook" else {"sealed_config": "AAAA"}
    answer = await way.send(ONE, **wrong)
    assert "cannot be opened" in answer.error
    assert way.got() == []


async def test_a_receiver_that_refuses_is_an_answer(way: Way, receiver: Any, mailbox: Any, listener: Listener) -> None:
    receiver.answers, mailbox[0].refuses = [(500, {})], True
    if way.kind == "nats":
        await listener.ear.unsubscribe()
        await listener.client.jetstream().delete_stream(topology.ALERTS)
    refusal = {"email": "552", "nats": "no stream took it"}.get(way.kind, "500")
    assert refusal in (await way.send(ONE)).error


async def test_an_alert_on_nats_is_kept_once_under_its_id_on_the_subject_of_its_kind(
    nats_server: Nats, listener: Listener
) -> None:
    async with published(nats_server) as subjects:
        for message in (ONE, ONE, DIGEST, TEST):
            parcel = Parcel(channel=CHANNEL, kind="nats", name="Bus", message=message, org=ORG)
            assert (await subjects.send(parcel, NOW)).error is None
    js = listener.client.jetstream()
    state = (await js.stream_info(topology.ALERTS, subjects_filter=">")).state
    assert state.messages == 3
    assert state.subjects == {f"alerts.{ORG}.{kind}": 1 for kind in ("goal_missed", "digest", "test_ping")}
    kept = await js.get_last_msg(topology.ALERTS, f"alerts.{ORG}.goal_missed")
    assert kept.data == ONE.body
    assert (kept.headers or {})["Nats-Msg-Id"] == ONE.id


async def test_a_server_that_is_away_is_an_answer(unused_tcp_port: int) -> None:
    async with Subjects(f"nats://127.0.0.1:{unused_tcp_port}", "x", "y", patience=0.5) as subjects:
        answer = await subjects.send(Parcel(channel=CHANNEL, kind="nats", name="Bus", message=ONE, org=ORG), NOW)
    assert answer.error == "NATS did not answer within 0.5 s"


async def test_a_letter_has_text_and_html_and_no_header_of_anybody_elses(mailbox: Any) -> None:
    box, port = mailbox
    sealed = seal(KEY, msgspec.json.encode(["ana@example.com"]), config_context(CHANNEL))
    parcel = Parcel(channel=CHANNEL, kind="email", name="Ops", message=ONE, sealed_config=sealed)
    answer = await Mail(Server("127.0.0.1", port, "goat@example.com", "none"), KEY, BASE).send(parcel, NOW)
    assert answer.error is None
    [letter] = box.letters
    assert letter["Subject"] == "@ana <missed> the goal Bcc: x@y"
    assert (letter["Bcc"], letter["Message-ID"], box.to) == (None, "<msg_1@example.com>", ["ana@example.com"])
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Late data can still change it." in plain.get_content()
    assert "@ana &lt;missed&gt; the goal" in html.get_content()


async def test_each_letter_names_one_reader_and_the_way_to_unsubscribe_that_one(mailbox: Any) -> None:
    box, port = mailbox
    to = ["ana@example.com", "ben@example.com"]
    sealed = seal(KEY, msgspec.json.encode(to), config_context(CHANNEL))
    mail = Mail(Server("127.0.0.1", port, "goat@example.com", "none"), KEY, BASE)
    parcel = Parcel(channel=CHANNEL, kind="email", name="Ops", message=DIGEST, sealed_config=sealed)
    assert (await mail.send(parcel, NOW)).error is None
    assert (box.to, [letter["To"] for letter in box.letters]) == (to, to)
    assert {letter["List-Unsubscribe-Post"] for letter in box.letters} == {"List-Unsubscribe=One-Click"}
    links = [letter["List-Unsubscribe"].strip("<>") for letter in box.letters]
    assert len(set(links)) == 2
    for letter, link in zip(box.letters, links, strict=True):
        assert link.startswith(f"{BASE}/unsubscribe/")
        assert link in letter.get_body(("plain",)).get_content().replace("\n", "")
        assert "@" not in link.removeprefix(BASE)
    readers = [reader_of(CHANNEL, email_hash(KEY, address)) for address in to]
    assert (await mail.send(msgspec.structs.replace(parcel, left_by=readers[:1]), NOW)).error is None
    assert box.to == [*to, "ben@example.com"]
    everybody = msgspec.structs.replace(parcel, left_by=readers)
    assert "has unsubscribed" in str((await mail.send(everybody, NOW)).error)


async def test_mailboxes_are_offered_no_one_click_over_plain_http(mailbox: Any) -> None:
    box, port = mailbox
    sealed = seal(KEY, msgspec.json.encode(["ana@example.com"]), config_context(CHANNEL))
    parcel = Parcel(channel=CHANNEL, kind="email", name="Ops", message=ONE, sealed_config=sealed)
    await Mail(Server("127.0.0.1", port, "goat@example.com", "none"), KEY, "http://goats.example/").send(parcel, NOW)
    [letter] = box.letters
    assert letter["List-Unsubscribe"].startswith("<http://goats.example/unsubscribe/")
    assert letter["List-Unsubscribe-Post"] is None


async def test_an_address_refused_for_good_holds_up_no_other(mailbox: Any) -> None:
    box, port = mailbox
    box.unknown = "ana@example.com"
    sealed = seal(KEY, msgspec.json.encode(["ana@example.com", "ben@example.com"]), config_context(CHANNEL))
    parcel = Parcel(channel=CHANNEL, kind="email", name="Ops", message=ONE, sealed_config=sealed)
    mail = Mail(Server("127.0.0.1", port, "goat@example.com", "none"), KEY, BASE)
    assert (await mail.send(parcel, NOW)).error is None
    assert box.to == ["ben@example.com"]
    alone = seal(KEY, msgspec.json.encode(["ana@example.com"]), config_context(CHANNEL))
    answer = await mail.send(msgspec.structs.replace(parcel, sealed_config=alone), NOW)
    assert answer.error == "the mail server answered 550: nobody here"


async def test_slack_gets_text_in_which_nobody_is_mentioned(receiver: Any) -> None:
    sealed = seal(KEY, receiver.url.encode(), config_context(CHANNEL))
    async with Outbound(HERE) as outbound:
        parcel = Parcel(channel=CHANNEL, kind="slack", name="Ops", message=DIGEST, sealed_config=sealed)
        await Slack(outbound, KEY).send(parcel, NOW)
    said = json.loads(receiver.got[0][1])
    assert said["text"] == "2 alerts: A &amp; B"
    assert "A &amp; B" in said["blocks"][0]["text"]["text"]


INWARD = [
    *(
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",  # noqa: S104 - an address to refuse
    ),
    *("localhost", "LOCALHOST", "127.255.255.254", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254"),
    *("192.168.0.1", "192.168.255.255", "169.254.169.254", "2852039166", "0xa9fea9fe", "169.254.0.1", "100.64.0.1"),
    *("100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]"),
    *("[::ffff:169.254.169.254]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::]"),
    *("[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[0:0:0:0:0:0:0:1]"),
    *("[2001:0:7f00:1::]", "[::ffff:0a00:0001]"),
]


def test_the_table_has_forty_targets() -> None:
    assert len(set(INWARD)) >= 40


@pytest.mark.parametrize("host", INWARD)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_no_inward_place_is_reached_however_it_is_spelled(receiver: Any, host: str, scheme: str) -> None:
    async with Outbound(Targets(), patience=3) as outbound:
        answer = await outbound.post(f"{scheme}://{host}:{urlsplit(receiver.url).port}/", b"{}", {})
    assert answer.http_status is None
    assert answer.error is not None
    assert receiver.got == []


class Stub(asyncio.DatagramProtocol):
    """A DNS server on this machine that says a public address first and an inward one from then on."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.asked += 1
        address = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x00\x00\x04" + socket.inet_aton(address)
        self.transport.sendto(data[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + data[12:] + record, addr)


class Resolver(AbstractResolver):
    """Asks the stub, as a system's resolver would."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: int = socket.AF_INET) -> list[ResolveResult]:
        labels = b"".join(bytes([len(part)]) + part.encode() for part in host.split("."))
        query = b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.setblocking(False)
            await loop.sock_connect(asker, ("127.0.0.1", self._port))
            await loop.sock_sendall(asker, query)
            answer = await loop.sock_recv(asker, 512)
        address = socket.inet_ntoa(answer[-4:])
        one = ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
        return [one]

    async def close(self) -> None:
        """Nothing is open."""


@contextlib.asynccontextmanager
async def stubbed(*answers: str) -> AsyncIterator[tuple[Stub, Callable[[], AbstractResolver]]]:
    loop = asyncio.get_running_loop()
    transport, stub = await loop.create_datagram_endpoint(lambda: Stub(*answers), local_addr=("127.0.0.1", 0))
    port: int = transport.get_extra_info("sockname")[1]
    try:
        yield stub, lambda: Resolver(port)
    finally:
        transport.close()


async def test_a_name_that_turns_inward_is_refused_at_the_connection(receiver: Any) -> None:
    """However often it is looked up, and whatever it said before."""
    port = urlsplit(receiver.url).port
    async with stubbed("127.0.0.1", "169.254.169.254", "10.0.0.1", "127.0.0.1") as (stub, resolver):
        async with Outbound(Targets(), patience=3, resolver=resolver) as outbound:
            for _ in range(4):
                answer = await outbound.post(f"https://rebind.example:{port}/", b"{}", {})
                assert answer.error is not None
                assert "is not a public https address" in answer.error
        assert stub.asked == 4, "every message is looked up anew"
    assert receiver.got == []


async def test_a_name_that_leads_to_an_allowed_network_is_reached(receiver: Any) -> None:
    async with stubbed("127.0.0.1") as (_, resolver), Outbound(HERE, resolver=resolver) as outbound:
        answer = await outbound.post(f"http://hooks.example:{urlsplit(receiver.url).port}/", b"{}", {})
    assert answer.error is None


async def test_a_redirect_inward_is_not_followed(receiver: Any, slow: Any) -> None:
    receiver.answers = [(302, {"Location": slow.url})]
    async with Outbound(HERE) as outbound:
        assert (await outbound.post(receiver.url, b"{}", {})).error == "answered 302"
    assert slow.got == []
