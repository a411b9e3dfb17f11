"""A thousand webhooks, some dead, slow or flapping, and one service that tells them: how late, and is anything lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from uuid import UUID, uuid5

import asyncpg
import msgspec
from aiohttp import web

from benchmarks.figures import Figure, Stopwatch, percentiles, significant
from benchmarks.house import House, house
from benchmarks.plan import Plan, tell
from benchmarks.tenants import Desk, desk
from trackagoat.events import clock
from trackagoat.events.catalogue.goals import GoalPeriodClosed
from trackagoat.events.catalogue.notifications import CreateChannel, SetRule, secret_context
from trackagoat.events.catalogue.words import ChannelId, CreatorId, GoalId, OrgId, ProjectId
from trackagoat.events.effects import Record
from trackagoat.events.seal import seal

SLOW_SECONDS = 3.0
TICK_SECONDS = 0.1
LATEST_SECONDS = 2.0
STEADY_SECONDS = 480
"""A machine that is too slow for all alerts in that time is given fewer; the figures say how many there were."""
RATES = (25, 50, 75, 100, 150, 200, 300)
"""Alerts a second that are tried, one after the other."""
LIVES = 3.0, 5.0, 4.0, 6.0
"""Seconds the service lives when it is killed again and again."""
PATIENCE_SECONDS = 240.0
SECRET = b"whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ALLOWED = {"OUTBOUND_ALLOWLIST": "127.0.0.1"}


class Endpoint(msgspec.Struct, frozen=True):
    """The one webhook of one organization, and how it answers."""

    org: OrgId
    manner: str

    @property
    def takes(self) -> bool:
        """Whether it takes everything at the first attempt."""
        return self.manner in {"healthy", "slow"}

    @property
    def channel(self) -> ChannelId:
        """What leads there."""
        return ChannelId(uuid5(self.org, "webhook"))


class Shown(msgspec.Struct):
    """Of what was posted, what tells the alert."""

    goal_id: UUID


class Notice(msgspec.Struct):
    """The alert in it."""

    data: Shown


class Posted(msgspec.Struct):
    """The body of a webhook."""

    data: Notice


class Crowd:
    """The receivers. They keep what they took under which id, as one that drops repeats does, and when."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        """Nothing has come."""
        self.endpoints = endpoints
        self._posts: Counter[int] = Counter()
        self.raised: dict[UUID, tuple[int, float]] = {}
        """By goal: which endpoint its alert goes to, and when it was recorded."""
        self.late: dict[UUID, float] = {}
        """By goal: seconds until its alert came for the first time."""
        self.taken: defaultdict[int, Counter[str]] = defaultdict(Counter)

    async def answer(self, request: web.Request) -> web.Response:
        """Take it, late, or not at once."""
        who, came = int(request.match_info["who"]), asyncio.get_running_loop().time()
        goal = msgspec.json.decode(await request.read(), type=Posted).data.data.goal_id
        manner, self._posts[who] = self.endpoints[who].manner, self._posts[who] + 1
        self.late.setdefault(goal, came - self.raised[goal][1])
        if manner == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if manner == "flapping" and self._posts[who] % 2:
            return web.Response(status=503)
        self.taken[who][request.headers["webhook-id"]] += 1
        return web.Response(status=204)

    @property
    def repeats(self) -> int:
        """Messages taken once more under an id that was known."""
        return sum(ids.total() - len(ids) for ids in self.taken.values())

    def missing(self) -> int:
        """Alerts that endpoints which take everything have not taken yet."""
        wanted = sum(self.endpoints[who].takes for who, _ in self.raised.values())
        return wanted - sum(len(ids) for who, ids in self.taken.items() if self.endpoints[who].takes)

    def healthy(self, goals: Sequence[UUID]) -> list[float]:
        """Seconds from recorded to received, of those alerts that go to healthy endpoints."""
        return [self.late[goal] for goal in goals if self.endpoints[self.raised[goal][0]].manner == "healthy"]


class Load:
    """Periods of goals that close in goals' ledger, each of which makes an alert of one endpoint."""

    def __init__(self, crowd: Crowd, goals: Desk) -> None:
        """Nothing has closed."""
        self._crowd, self._goals = crowd, goals

    async def raised(self, rate: float, most: int) -> list[UUID]:
        """So many alerts at a steady pace; their goals."""
        going, told = Stopwatch(), list[UUID]()
        while len(told) < most:
            due = min(most, int(going.seconds * rate) + 1) - len(told)
            if due:
                told += await self._close(due)
            await asyncio.sleep(TICK_SECONDS)
        return told

    async def _close(self, count: int) -> list[UUID]:
        now, loop = clock.now(), asyncio.get_running_loop()
        first = len(self._crowd.raised)
        goals = [clock.new_id() for _ in range(count)]
        records: list[Record] = []
        for nth, goal in enumerate(goals, first):
            who = nth * 7919 % len(self._crowd.endpoints)
            self._crowd.raised[goal] = who, loop.time()
            closed = GoalPeriodClosed(
                goal=GoalId(goal),
                creator=CreatorId(goal),
                project=ProjectId(goal),
                metric="posts",
                period="daily",
                period_start=now - timedelta(days=1),
                period_end=now,
                target=Decimal(3),
                actual=Decimal(1),
                percentage=33,
                status="missed",
            )
            records.append(Record(self._crowd.endpoints[who].org, f"goal-{goal}", closed, key=f"bench/{goal}"))
        await self._goals.writer.transact(lambda tx: self._goals.writer.apply(tx, records, now))
        return goals

    async def drained(self) -> None:
        """Wait until every endpoint that takes everything has what is for it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self._crowd.missing():
                await asyncio.sleep(TICK_SECONDS)


class Reaper:
    """Lets the service live for some seconds, kills it, and starts it again."""

    def __init__(self, built: House) -> None:
        """Nobody has died."""
        self._built, self.deaths = built, 0

    async def run(self) -> None:
        """Until cancelled."""
        for life in cycle(LIVES):
            async with self._built.running("notifications", **ALLOWED):
                await asyncio.sleep(life)
                os.kill(self._built.pids["notifications"], signal.SIGKILL)
                self.deaths += 1


async def measure(plan: Plan) -> list[Figure]:
    """The alerts of a ramp, then most of all at the best pace it had, the rest while the service is killed."""
    whole, crowd = plan.size(1_000, 50_000), Crowd(list(_endpoints(plan.size(40, 1_000))))
    async with house(plan.folder) as built, _served(crowd) as port, desk(built, "goals") as goals:
        await _prepare(built, crowd.endpoints, port)
        load, reaper = Load(crowd, goals), Reaper(built)
        async with built.running("goals"):
            async with built.running("notifications", **ALLOWED):
                tried = await _ramp(load, crowd, plan)
                rate = max((rate for rate, late in tried.items() if late <= LATEST_SECONDS * 1000), default=RATES[0])
                most = min(whole * 4 // 5, rate * STEADY_SECONDS)
                steady = await load.raised(rate, max(rate, most - len(crowd.raised)))
                await load.drained()
            calm = crowd.repeats
            killing = asyncio.create_task(reaper.run())
            hurt = await load.raised(rate / 2, max(rate, min(whole // 5, rate * STEADY_SECONDS // 4)))
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
            async with built.running("notifications", **ALLOWED):
                watch = Stopwatch()
                await load.drained()
                drained = watch.seconds
                await _settled(built, crowd)
    assert calm == 0, f"{calm} messages came twice though nobody died"
    steadily, hurtly = percentiles(crowd.healthy(steady)), percentiles(crowd.healthy(hurt))
    return [
        Figure(
            bench="notifications",
            what=f"alert to healthy endpoint, {len(crowd.endpoints):,} endpoints, at {rate} alerts/s",
            unit="ms (p99)",
            value=steadily["p99"],
            goal=LATEST_SECONDS * 1000,
            at_most=True,
            percentiles=steadily,
            note=f"from before the transaction of goals that closes the period; p99 by alerts/s: {tried}",
        ),
        Figure(
            bench="notifications",
            what=f"the same at {rate / 2:g} alerts/s, the service killed {reaper.deaths} times",
            unit="ms (p99)",
            value=hurtly["p99"],
            percentiles=hurtly,
            note=f"{len(crowd.raised):,} alerts in all, each at its endpoint or on its schedule; {crowd.repeats} came "
            f"again under their id; the last came {significant(drained, 3)} s after the last start",
        ),
    ]


def _endpoints(count: int) -> Iterator[Endpoint]:
    """Of a hundred, five are dead, five slow, two flapping."""
    manners = {**dict.fromkeys(range(5), "dead"), **dict.fromkeys(range(5, 10), "slow"), 10: "flapping", 11: "flapping"}
    for n in range(count):
        yield Endpoint(OrgId(clock.new_id()), manners.get(n % 100, "healthy"))


@contextlib.asynccontextmanager
async def _served(crowd: Crowd) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_post("/{who}", crowd.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _prepare(built: House, endpoints: Sequence[Endpoint], port: int) -> None:
    """A webhook and a rule for everything in each organization. Nobody listens where the dead ones lead."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = closed.getsockname()[1]
    async with desk(built, "notifications", outbound_allowlist="127.0.0.1") as told:
        for n, one in enumerate(endpoints):
            url = f"http://127.0.0.1:{nowhere if one.manner == 'dead' else port}/{n}"
            sealed = seal(built.secret_key, SECRET, secret_context(one.channel))
            made = CreateChannel(channel=one.channel, kind="webhook", name="Bench", url=url, sealed_secret=sealed)
            everything = SetRule(rule=uuid5(one.org, "all"), name="All", channels=[one.channel], fresh=True)
            await told.ask(one.org, [made])
            await told.ask(one.org, [everything])


async def _ramp(load: Load, crowd: Crowd, plan: Plan) -> dict[int, float]:
    """p99 in milliseconds by pace, up to the first that is too fast."""
    tried: dict[int, float] = {}
    for rate in RATES[: plan.size(1, len(RATES))]:
        told = await load.raised(rate, rate * plan.size(2, 10))
        await load.drained()
        tried[rate] = percentiles(crowd.healthy(told))["p99"]
        tell(f"notifications: {rate} alerts/s, p99 {tried[rate]:,.0f} ms")
        if tried[rate] > LATEST_SECONDS * 1000:
            break
    return tried


async def _settled(built: House, crowd: Crowd) -> None:
    """Every delivery is recorded as what it came to: what is not delivered has its next attempt.

    Endpoints may have taken a message some moments before that is recorded.
    """
    taking = [one.channel for one in crowd.endpoints if one.takes]
    db = await asyncpg.connect(built.dsn())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await db.fetchval(_OPEN, taking):
                await asyncio.sleep(TICK_SECONDS)
        [found] = await db.fetch(_COUNTS)
    finally:
        await db.close()
    assert found["all"] == len(crowd.raised), f"{len(crowd.raised)} alerts, {found['all']} deliveries"
    assert found["lost"] == 0, f"{found['lost']} deliveries wait for nothing"
    ids = {id for taken in crowd.taken.values() for id in taken}
    assert found["delivered"] <= len(ids), f"{found['delivered']} recorded as delivered, {len(ids)} taken"


_OPEN = "SELECT count(*) FROM notifications.deliveries WHERE status <> 'succeeded' AND channel = ANY($1::uuid[])"
_COUNTS = """
SELECT count(*) AS all, count(*) FILTER (WHERE d.status = 'succeeded') AS delivered,
    count(*) FILTER (WHERE d.status <> 'succeeded' AND NOT EXISTS (
        SELECT FROM notifications.due WHERE kind = 'delivery' AND key = d.delivery::text
    )) AS lost
FROM notifications.deliveries d
"""
