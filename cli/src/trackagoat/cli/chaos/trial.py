"""A trial: the system under load while things go wrong, then the verdict."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import chain
from uuid import UUID, uuid5

import asyncpg
import msgspec

from trackagoat.cli.chaos import evidence, record, rows, tidings
from trackagoat.cli.chaos.driver import Driver
from trackagoat.cli.chaos.evidence import Evidence
from trackagoat.cli.chaos.faults import DECK, Kind, plan
from trackagoat.cli.chaos.hurt import Hurt
from trackagoat.cli.chaos.load import SEEDS, Lane, Step
from trackagoat.cli.chaos.receivers import Receivers
from trackagoat.cli.state import Folder
from trackagoat.cli.supervisor import System
from trackagoat.events import clock
from trackagoat.events.bus import Bus, BusAsker, connect_asker
from trackagoat.events.catalogue.notifications import CreateChannel, SetRule, secret_context
from trackagoat.events.catalogue.words import ChannelId, OrgId
from trackagoat.events.catalogue.workspace import CreateOrg
from trackagoat.events.errors import KernelError
from trackagoat.events.seal import seal
from trackagoat.events.topology import SERVICES

ORGS, LANES, WEBHOOKS = 2, 2, 2
SETTLE_SECONDS = 240.0
"""After the last fault; a lease of due work that died runs for a minute."""
LOOK_SECONDS = 1.0

Tell = Callable[[str], None]


class Report(msgspec.Struct, kw_only=True):
    """What a trial did, and what is wrong (nothing: it held)."""

    seed: int
    seconds: float
    faults: dict[str, int]
    died_at: dict[str, int]
    asks: dict[str, int]
    facts: dict[str, int]
    deliveries: dict[str, int]
    settled_after: float
    wrong: list[str]


def judge(found: Evidence) -> list[str]:
    """Everything that is wrong."""
    wrong = list(record.complaints(found))
    try:
        wrong += chain(rows.complaints(found), tidings.complaints(found))
    except (LookupError, ValueError) as error:
        wrong.append(f"the facts contradict each other, nothing can be recomputed from them: {error!r}")
    return wrong


class Trial:
    """One run with one seed."""

    def __init__(self, folder: Folder, seed: int, seconds: float, tell: Tell, only: Sequence[Kind] = DECK) -> None:
        """`only` are the kinds of faults that happen. Nothing does before `run`."""
        self._folder, self._seed, self._seconds, self._tell = folder, seed, seconds, tell
        self._plan = plan(seed, seconds, only)
        self._done: Counter[str] = Counter()
        self.receivers = Receivers(seed)
        self.endpoints: dict[UUID, str] = {}

    async def run(self) -> tuple[Report, Evidence]:
        """Start, load, hurt, let settle, judge, stop."""
        self._folder.prepare()
        self._folder.lock()
        system = Hurt(self._folder, self._tell)
        try:
            async with self.receivers.running(), system.running():
                await system.wait_ready()
                async with kept(system), connections(system) as buses:
                    return await self._tried(system, Driver([BusAsker(bus) for bus in buses]), buses[0])
        finally:
            self._folder.unlock()

    async def _tried(self, system: Hurt, driver: Driver, bus: Bus) -> tuple[Report, Evidence]:
        now, loop = clock.now(), asyncio.get_running_loop()
        lanes = [Lane(self._seed, org, n, now) for org in self.orgs() for n in range(LANES)]
        await driver.begin(self.beginning(lanes))
        self._tell(f"seed {self._seed}: {len(self._plan)} faults in {self._seconds:.0f} s")
        await self._load(system, driver, lanes)
        self._tell("no more faults; waiting until everything is done")
        began = loop.time()
        found = await self.settled(system, bus)
        found.journal, found.endpoints = driver.journal, self.endpoints
        behind = [f"never settled: {what}" for what in found.behind]
        wrong = behind + await asyncio.to_thread(judge, found)
        return self._report(system, found, loop.time() - began, wrong), found

    # -- what is asked ---------------------------------------------------------------------------------------

    def orgs(self) -> list[OrgId]:
        """The organizations that ask."""
        return [OrgId(uuid5(SEEDS, f"{self._seed}/org {n}")) for n in range(ORGS)]

    def beginning(self, lanes: Sequence[Lane]) -> Iterator[Step]:
        """What must be there before the lanes are walked."""
        for org in self.orgs():
            made = CreateOrg(org=org, name=f"Org {org}")
            yield Step(org=org, command_id=uuid5(org, "made"), commands=(made,))
            channels = tuple(self._channel(org, n) for n in range(WEBHOOKS))
            yield Step(org=org, command_id=uuid5(org, "channels"), commands=channels)
            named = [channel.channel for channel in channels]
            rule = SetRule(rule=uuid5(org, "to hooks"), name="To the hooks", channels=named, fresh=True)
            yield Step(org=org, command_id=uuid5(org, "rules"), commands=(rule,))
        for lane in lanes:
            yield from lane.beginning()

    def _channel(self, org: OrgId, n: int) -> CreateChannel:
        channel = ChannelId(uuid5(org, f"channel {n}"))
        self.endpoints[channel] = str(channel)
        secret = base64.b64encode(channel.bytes * 2)
        sealed = seal(self._folder.secrets().secret_key, secret, secret_context(channel))
        url = self.receivers.url(str(channel))
        return CreateChannel(channel=channel, kind="webhook", name=f"hook {n}", url=url, sealed_secret=sealed)

    async def _load(self, system: Hurt, driver: Driver, lanes: Sequence[Lane]) -> None:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(driver.walk(lane, self._seed, stop))
            hurting = group.create_task(self._hurt(system))
            await asyncio.sleep(self._seconds)
            await hurting
            stop.set()
        await driver.finish()

    async def _hurt(self, system: Hurt) -> None:
        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for fault in self._plan:
                await asyncio.sleep(max(0.0, began + fault.at - asyncio.get_running_loop().time()))
                self._tell(f"{fault.at:6.1f} s  {fault.kind}: {fault.victim} {fault.detail}".rstrip())
                self._done[fault.kind] += 1
                group.create_task(system.hurt(fault))

    # -- what came of it -------------------------------------------------------------------------------------

    async def settled(self, system: System, bus: Bus) -> Evidence:
        """What there is once nothing is left to do; after too long, as it is."""
        limit = asyncio.get_running_loop().time() + SETTLE_SECONDS
        found: Evidence | None = None
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KernelError, TimeoutError):
                found = await self._look(system, bus)
                if not found.behind:
                    return found
            if asyncio.get_running_loop().time() > limit:
                break
            await asyncio.sleep(LOOK_SECONDS)
        if found is None:
            message = "PostgreSQL or NATS did not come back"
            raise AssertionError(message)
        if not found.streams:
            with contextlib.suppress(OSError, KernelError, TimeoutError):
                found.streams = await self._streams(bus)
        return found

    async def _look(self, system: System, bus: Bus) -> Evidence:
        early = len(self.receivers.got)
        found = await evidence.look(system.database_url)
        if not found.behind:
            found.streams = await self._streams(bus)
            found.behind += evidence.unpublished(found)
        found.early, found.received = early, list(self.receivers.got)
        return found

    async def _streams(self, bus: Bus) -> dict[str, list[evidence.Published]]:
        """What NATS holds."""
        return {service: await evidence.published(bus, service) for service in SERVICES}

    def _report(self, system: Hurt, found: Evidence, settled_after: float, wrong: list[str]) -> Report:
        journal = found.journal.values()
        received = found.received
        return Report(
            seed=self._seed,
            seconds=self._seconds,
            faults=dict(sorted(self._done.items())),
            died_at=dict(sorted(system.died.items())),
            asks={
                "commands": len(journal),
                "asked": sum(entry.asked for entry in journal),
                "unanswered": sum(entry.lost for entry in journal),
                "never answered": sum(1 for entry in journal if not entry.answers),
                "accepted": sum(1 for entry in journal if entry.accepted),
            },
            facts=found.heads,
            deliveries={
                "alerts": len(found.rows["notifications.alerts"]),
                "deliveries": len(found.rows["notifications.deliveries"]),
                "requests": len(received),
                "repeats": len(received) - len({(r.endpoint, r.webhook_id) for r in received}),
            },
            settled_after=round(settled_after, 1),
            wrong=wrong,
        )


@contextlib.asynccontextmanager
async def kept(system: System) -> AsyncIterator[None]:
    """What dies is started again."""
    stop = asyncio.Event()
    keeping = asyncio.create_task(system.keep(stop))
    try:
        yield
    finally:
        stop.set()
        await keeping


@contextlib.asynccontextmanager
async def connections(system: Hurt) -> AsyncIterator[list[Bus]]:
    """Connections to ask over: a direct one, and one through a proxy."""
    login = system.nats_login("operator")
    urls = [system.nats_url, system.through(system.nats_url, "driver", "nats")]
    buses = [(await connect_asker(url, *login))[0] for url in urls]
    try:
        yield buses
    finally:
        for bus in buses:
            await bus.close()
