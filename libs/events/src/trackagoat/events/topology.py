"""The topology: which streams exist on NATS, who may do what there. Declared here, nowhere else."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID
from zlib import crc32

import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from trackagoat.events.errors import TopologyDrift

SERVICES = ("workspace", "ingest", "campaigns", "goals", "notifications")
"""The services that say something; each has one stream of its own."""

ASKERS = ("gateway", "operator")
"""Those that only ask: the API and the command line."""

PARTITIONS = 32
RETENTION_SECONDS = 14 * 24 * 3600.0
DUPLICATE_WINDOW_SECONDS = 120.0


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


def subject(service: str, event: str, org: UUID, stream: str) -> str:
    """Where a fact is published: `events.<service>.<partition>.<Event>.<org>.<stream>`."""
    return f"events.{service}.{partition(org)}.{event}.{org}.{stream}"


def command_subject(service: str, command: str) -> str:
    """Where a command is asked: `commands.<service>.<Command>`."""
    return f"commands.{service}.{command}"


def streams(replicas: int = 1) -> list[StreamConfig]:
    """Every stream, as declared."""
    return [
        StreamConfig(
            name=stream_name(service),
            description=f"What {service} said, in the order of its feed",
            subjects=[f"events.{service}.>"],
            retention=RetentionPolicy.LIMITS,
            discard=DiscardPolicy.OLD,
            storage=StorageType.FILE,
            max_age=RETENTION_SECONDS,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
            num_replicas=replicas,
            allow_direct=True,
            allow_rollup_hdrs=False,
        )
        for service in SERVICES
    ]


def users(passwords: dict[str, str]) -> list[User]:
    """The NATS users of an installation. A service publishes its own facts and answers commands, nothing else."""
    reading = ["$JS.API.INFO", "$JS.API.STREAM.INFO.*", "$JS.API.STREAM.MSG.GET.*", "$JS.API.DIRECT.GET.>"]
    consuming = [f"$JS.API.CONSUMER.{verb}.>" for verb in ("CREATE", "MSG.NEXT", "DELETE", "INFO")]
    speakers = [
        User(
            name,
            passwords[name],
            [f"events.{name}.>", f"wake.{name}", *reading, *consuming],
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


async def connect(url: str, user: str | None, password: str | None) -> Client:
    """A plain connection of the operator's, for something short. Raises nats.errors.NoServersError."""

    async def quiet(_: Exception) -> None:
        """Whoever called sees what went wrong."""

    return await nats.connect(
        url.split(","), user=user, password=password, connect_timeout=5, allow_reconnect=False, error_cb=quiet
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
