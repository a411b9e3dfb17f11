"""The topology: which streams exist on NATS, who may do what there. Declared here, nowhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

import msgspec
import nats
import nats.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from trackagoat.events.codec import TAGS
from trackagoat.events.errors import TopologyDrift

SERVICES = ("workspace", "ingest", "campaigns", "goals", "notifications")
"""The services that say something; each has one stream of its own."""

ALERTS = "ALERTS"
"""The stream of what channels of kind `nats` tell; notifications alone publishes there."""

ASKERS = ("gateway", "operator")
"""Those that only ask: the API and the command line."""

PARTITIONS = 32
LANES = 8
"""What replicas of a service share among them: lane n holds the partitions n, n + 8, n + 16 and n + 24."""
RETENTION_SECONDS = 14 * 24 * 3600.0
DUPLICATE_WINDOW_SECONDS = 120.0


DOMAIN = "trackagoat"
"""What subscribers put for the JetStream domain: they reach it through `$JS.trackagoat.API`."""

ACK_SECONDS = 30.0
UNACKNOWLEDGED = 1000


class User(NamedTuple):
    """A NATS user and what it may publish and subscribe to."""

    name: str
    password: str
    publish: list[str]
    subscribe: list[str]
    allow_responses: bool


def stream_name(service: str) -> str:
    """The JetStream stream that holds what a service says."""
    return f"EVENTS_{service.upper()}"


def partition(org: UUID) -> int:
    """The same number for an org for ever, 0 to 31."""
    return crc32(org.bytes) % PARTITIONS


def lane(org: UUID) -> int:
    """The lane an org's facts are followed in, 0 to 7."""
    return partition(org) % LANES


def lane_of(subject: str) -> int:
    """The lane of a published fact, by its subject."""
    return int(subject.split(".", 3)[2]) % LANES


def subject(service: str, event: str, org: UUID, stream: str) -> str:
    """Where a fact is published: `events.<service>.<partition>.<Event>.<org>.<stream>`."""
    return f"events.{service}.{partition(org)}.{event}.{org}.{stream}"


def command_subject(service: str, command: str) -> str:
    """Where a command is asked: `commands.<service>.<Command>`."""
    return f"commands.{service}.{command}"


def alert_subject(org: UUID, kind: str) -> str:
    """Where a message of a channel of kind `nats` is published: `alerts.<org>.<kind>`."""
    return f"alerts.{org}.{kind}"


def streams(replicas: int = 1) -> list[StreamConfig]:
    """Every stream, as declared."""
    said = [
        _stream(stream_name(service), f"What {service} said, in the order of its feed", f"events.{service}.>", replicas)
        for service in SERVICES
    ]
    return [*said, _stream(ALERTS, "Alerts of channels that lead here", "alerts.>", replicas)]


def _stream(name: str, description: str, subjects: str, replicas: int) -> StreamConfig:
    return StreamConfig(
        name=name,
        description=description,
        subjects=[subjects],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        storage=StorageType.FILE,
        max_age=RETENTION_SECONDS,
        duplicate_window=DUPLICATE_WINDOW_SECONDS,
        num_replicas=replicas,
        allow_direct=True,
        allow_rollup_hdrs=False,
    )


def users(passwords: dict[str, str]) -> list[User]:
    """The NATS users of an installation. A service publishes its own facts and answers commands, nothing else."""
    reading = ["$JS.API.INFO", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.MSG.GET.*", "$JS.API.DIRECT.GET.>"]
    consuming = [f"$JS.API.CONSUMER.{verb}.>" for verb in ("CREATE", "MSG.NEXT", "DELETE", "INFO")]
    speakers = [
        User(
            name,
            passwords[name],
            [
                f"events.{name}.>",
                f"wake.{name}",
                *(["alerts.>"] if name == "notifications" else []),
                *reading,
                *consuming,
            ],
            [f"commands.{name}.>", f"wake.{name}", f"_INBOX.{name}.>"],
            allow_responses=True,
        )
        for name in SERVICES
    ]
    gateway = User(
        "gateway",
        passwords["gateway"],
        ["commands.>", *reading, *consuming],
        ["_INBOX.gateway.>"],
        allow_responses=False,
    )
    operator = User("operator", passwords["operator"], [">"], [">"], allow_responses=True)
    return [*speakers, gateway, operator]


class Share(NamedTuple):
    """A subject of the house that subscribers reach under an alias. `many`: it answers more than once."""

    subject: str
    alias: str
    many: bool


SHARES = (
    Share("$JS.API.CONSUMER.MSG.NEXT.*.*", f"$JS.{DOMAIN}.API.CONSUMER.MSG.NEXT.*.*", many=True),
    Share("$JS.API.CONSUMER.INFO.*.*", f"$JS.{DOMAIN}.API.CONSUMER.INFO.*.*", many=False),
    Share("$JS.ACK.>", "$JS.ACK.>", many=False),
)
"""All that subscribers reach. They have an account of their own, because whoever may pull names the subject at which
the server delivers: within the house it could be a stream or a command.
"""


class Subscriber(msgspec.Struct, frozen=True, kw_only=True):
    """A program of others that hears one org's events, or some types of events, or some types of one org's.

    `types` are patterns as in `Tags.matching`, empty for all. `fresh`: it hears nothing from before it was made.
    """

    name: str
    password: str
    org: UUID | None = None
    types: list[str] = []
    fresh: bool = False


def subscriber(name: str, password: str) -> User:
    """The user of a subscriber: it may pull from and acknowledge to the consumers of its name, which others make."""
    api = f"$JS.{DOMAIN}.API.CONSUMER"
    publish = [f"{api}.MSG.NEXT.*.{name}", f"{api}.INFO.*.{name}", f"$JS.ACK.*.{name}.>"]
    return User(name, password, publish, [f"_INBOX.{name}.>"], allow_responses=False)


def heard(one: Subscriber) -> dict[str, list[str]]:
    """The streams it hears, and the subjects it hears there."""
    org, place = one.org or "*", "*" if one.org is None else partition(one.org)
    kinds = {TAGS.kind(tag) for pattern in one.types or ["*"] for tag in TAGS.matching(pattern)}
    found: dict[str, list[str]] = {}
    for service in SERVICES:
        names = sorted(kind.__name__ for kind in kinds if kind.speaker == service) if one.types else ["*"]
        if names:
            found[stream_name(service)] = [f"events.{service}.{place}.{name}.{org}.>" for name in names]
    if any(kind.tag().startswith("alert.raised.") for kind in kinds):
        found[ALERTS] = [f"alerts.{org}.>"]
    return found


async def admit(url: str, user: str | None, password: str | None, subscribers: Sequence[Subscriber]) -> None:
    """Make the consumers of these subscribers as they should be; those that are stay where they are."""
    connection = await connect(url, user, password)
    try:
        for one in subscribers:
            for stream, subjects in heard(one).items():
                await _admit(connection.jetstream(), stream, subjects, one)
    finally:
        await connection.close()


async def _admit(js: JetStreamContext, stream: str, subjects: list[str], one: Subscriber) -> None:
    wanted = ConsumerConfig(
        durable_name=one.name,
        filter_subjects=subjects,
        deliver_policy=DeliverPolicy.NEW if one.fresh else DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_SECONDS,
        max_ack_pending=UNACKNOWLEDGED,
    )
    try:
        present = (await js.consumer_info(stream, one.name)).config
    except NotFoundError:
        await js.add_consumer(stream, wanted)
        return
    if sorted(present.filter_subjects or [str(present.filter_subject)]) != sorted(subjects):
        await js.add_consumer(stream, wanted)


async def admitted(url: str, one: Subscriber) -> bool:
    """Can it log in, and are all its consumers there?"""

    async def quiet(_: Exception) -> None:
        """A refusal is an answer here."""

    options: Any = {"user": one.name, "password": one.password, "inbox_prefix": f"_INBOX.{one.name}".encode()}
    try:
        connection = await nats.connect(url, **options, allow_reconnect=False, connect_timeout=2, error_cb=quiet)
    except (nats.errors.Error, OSError):
        return False
    try:
        js = connection.jetstream(domain=DOMAIN, timeout=2)
        for stream in heard(one):
            await js.consumer_info(stream, one.name)
    except (nats.errors.Error, JetStreamError):
        return False
    finally:
        await connection.close()
    return True


async def dismiss(url: str, user: str | None, password: str | None, name: str) -> None:
    """Take the consumers of a subscriber away."""
    connection = await connect(url, user, password)
    try:
        for stream in (*map(stream_name, SERVICES), ALERTS):
            with contextlib.suppress(NotFoundError):
                await connection.jetstream().delete_consumer(stream, name)
    finally:
        await connection.close()


async def connect(url: str, user: str | None, password: str | None) -> Client:
    """A plain connection of the operator's, for something short. Raises nats.errors.NoServersError."""

    async def quiet(_: Exception) -> None:
        """Whoever called sees what went wrong."""

    return await nats.connect(
        url.split(","),
        user=user,
        password=password,
        connect_timeout=5,
        allow_reconnect=False,
        max_reconnect_attempts=2,  # tries per server; the library's own number takes two minutes to give up
        reconnect_time_wait=0.25,
        error_cb=quiet,
    )


async def differences(js: JetStreamContext, replicas: int = 1) -> list[str]:
    """What is not as declared, one sentence each."""
    found = []
    for wanted in streams(replicas):
        try:
            present = (await js.stream_info(str(wanted.name))).config
        except NotFoundError:
            found.append(f"stream {wanted.name} does not exist")
            continue
        found += [
            f"stream {wanted.name}: {field} is {getattr(present, field)!r}, declared {getattr(wanted, field)!r}"
            for field in ("subjects", "retention", "storage", "max_age", "duplicate_window", "num_replicas")
            if getattr(present, field) != getattr(wanted, field)
        ]
    return found


async def drift(url: str, user: str | None, password: str | None, replicas: int = 1) -> list[str]:
    """The same, asked by whoever is not connected."""
    connection = await connect(url, user, password)
    try:
        return await differences(connection.jetstream(), replicas)
    finally:
        await connection.close()


async def apply(url: str, user: str | None, password: str | None, replicas: int = 1) -> list[str]:
    """Make the streams as declared; what had to be changed."""
    connection = await connect(url, user, password)
    try:
        js = connection.jetstream()
        changed = await differences(js, replicas)
        for wanted in streams(replicas):
            try:
                await js.stream_info(str(wanted.name))
            except NotFoundError:
                await js.add_stream(wanted)
            else:
                await js.update_stream(wanted)
        return changed
    finally:
        await connection.close()


async def verify(js: JetStreamContext, services: set[str]) -> None:
    """Refuse to go on when a stream these services need is not as declared."""
    names = {stream_name(service) for service in services}
    drift = [d for d in await differences(js) if any(name in d for name in names) and "num_replicas" not in d]
    if drift:
        raise TopologyDrift("; ".join(drift))
