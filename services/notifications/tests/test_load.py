"""Many endpoints, some dead, slow or flapping, and couriers that die at work: nothing lost, nothing told twice.

The short form of the load this is built for. It asks what became of every message, not how fast.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from trackagoat.events import clock, due
from trackagoat.events.writer import Writer

SECONDS = 45
ALERTS, DEATHS = 12, 4
HEALTHY = range(100, 112)
SLOW, FLAPPING, DEAD = 120, 121, 122
LEASE_SECONDS = 5.0
COURIER = Path(__file__).parent / "courier.py"
SECRET_KEY = base64.b64encode(bytes(range(32))).decode()
"""That of the desk."""


class Crowd:
    """Receivers behind one door. Each keeps the ids it got and how often, as one that drops repeats would."""

    def __init__(self) -> None:
        self.got: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self.accepted: defaultdict[int, set[str]] = defaultdict(set)
        self.total = 0

    async def answer(self, request: web.Request) -> web.Response:
        who, id = int(request.match_info["who"]), request.headers["webhook-id"]
        self.got[who][id] += 1
        self.total += 1
        if who == SLOW:
            await asyncio.sleep(0.2)
        if who == FLAPPING and self.got[who].total() % 2:
            return web.Response(status=503)
        self.accepted[who].add(id)
        return web.Response(status=204)


@contextlib.asynccontextmanager
async def courier(desk: Any) -> AsyncIterator[None]:
    """A process that delivers. Left, it is gone at once, whatever it was doing: its rows stay leased to nobody."""
    [kind] = [kind for kind in desk.service.due if kind.kind == "delivery"]
    short = msgspec.structs.replace(kind, lease_seconds=LEASE_SECONDS)
    loop = asyncio.create_task(due.run(desk.db, Writer(desk.db, desk.service), short, clock.new_id()))
    try:
        yield
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


@contextlib.asynccontextmanager
async def killed(database: Any) -> AsyncIterator[None]:
    """The same as a process of its own, which is killed (-9)."""
    command = (sys.executable, str(COURIER), database.dsn("notifications"), SECRET_KEY, str(LEASE_SECONDS))
    process = await asyncio.create_subprocess_exec(*command)
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()


async def reaches(crowd: Crowd, total: int) -> None:
    while crowd.total < total:
        await asyncio.sleep(0.01)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("death", ["left", "killed"])
async def test_every_message_arrives_or_waits_and_none_is_settled_twice(
    desk: Any, missed: Any, unused_tcp_port: int, death: str, database: Any
) -> None:
    crowd, app = Crowd(), web.Application()
    app.router.add_post("/{who}", crowd.answer)
    async with TestServer(app, host="127.0.0.1") as server, asyncio.timeout(SECONDS * 2):
        for who in (*HEALTHY, SLOW, FLAPPING):
            await desk.open(str(server.make_url(f"/{who}")), channel=who)
        await desk.open(f"http://127.0.0.1:{unused_tcp_port}/", channel=DEAD)
        await desk.hear(*(missed(goal) for goal in range(50, 50 + ALERTS)))
        for _ in range(DEATHS):
            async with courier(desk) if death == "left" else killed(database):
                await reaches(crowd, crowd.total + 15)
        waits = "SELECT count(*) FROM deliveries WHERE status <> 'succeeded' AND channel = ANY($1::uuid[])"
        async with courier(desk), courier(desk):
            while await desk.db.fetchval(waits, [UUID(int=who) for who in (*HEALTHY, SLOW)]):
                await asyncio.sleep(0.05)

    for who in (*HEALTHY, SLOW):
        assert len(crowd.accepted[who]) == ALERTS, "each alert once, repeats dropped by their id"
    rows = await desk.rows("SELECT channel, message_id, status, next_attempt_at, delivery FROM deliveries")
    assert len(rows) == ALERTS * (len(HEALTHY) + 3)
    told = {row["message_id"] for row in rows if row["status"] == "succeeded"}
    assert told <= {id for ids in crowd.accepted.values() for id in ids}, "what counts as delivered was accepted"
    waiting = {str(row["delivery"]) for row in rows if row["status"] == "pending"}
    planned = {row["key"] for row in await desk.rows("SELECT key FROM due WHERE kind = 'delivery'")}
    assert planned == waiting, "what has not arrived is on its schedule, and nothing else is"
    assert {row["status"] for row in rows if row["channel"] == UUID(int=DEAD)} == {"pending"}
    settled = await desk.rows("SELECT delivery FROM attempts WHERE error IS NULL")
    assert len(settled) == len({row["delivery"] for row in settled}) == len(told)
