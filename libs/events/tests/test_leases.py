"""A lease has one holder; the next one takes over when it runs out or is given back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from trackagoat.events import clock, leases
from trackagoat.events.host.metrics import FAILURES
from trackagoat.events.testing.sample import until

Schema = Callable[[str], Awaitable[Any]]


async def test_only_one_holds_it_and_the_fence_rises_with_the_holder(schema: Schema) -> None:
    pool = await schema("workspace")
    one, two = clock.new_id(), clock.new_id()
    assert await leases.take(pool, "relay", one, 60) == 1
    assert await leases.take(pool, "relay", two, 60) is None
    assert await leases.take(pool, "relay", one, 0) == 1
    assert await leases.take(pool, "relay", two, 60) == 2


async def test_the_next_one_takes_over_at_once_when_it_is_given_back(schema: Schema) -> None:
    pool = await schema("workspace")
    working: list[str] = []

    def work(name: str) -> Callable[[], Awaitable[None]]:
        async def forever() -> None:
            working.append(name)
            await asyncio.Event().wait()

        return forever

    async def is_working(name: str) -> bool:
        return name in working

    first = asyncio.create_task(leases.hold(pool, "relay", clock.new_id(), 0.6, work("first")))
    await until(lambda: is_working("first"))
    second = asyncio.create_task(leases.hold(pool, "relay", clock.new_id(), 0.6, work("second")))
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await until(lambda: is_working("second"))
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert working == ["first", "second"]


async def test_work_that_fails_is_counted_and_begun_again(schema: Schema) -> None:
    pool = await schema("workspace")
    failed = FAILURES.labels("relay", "OSError")
    before = failed._value.get()
    tries: list[int] = []

    async def work() -> None:
        tries.append(1)
        if len(tries) == 1:
            message = "first try"
            raise OSError(message)
        await asyncio.Event().wait()

    async def twice() -> bool:
        return len(tries) == 2

    task = asyncio.create_task(leases.hold(pool, "relay", clock.new_id(), 5, work))
    await until(twice)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert failed._value.get() == before + 1
