"""NATS: alerts on subjects of their org, for its subscribers, each once under its id."""

from __future__ import annotations

import asyncio
import time
from typing import Self

from trackagoat.events.bus import Bus
from trackagoat.events.errors import Unavailable
from trackagoat.events.topology import alert_subject
from trackagoat.notifications.channels.outbound import LONGEST_ERROR, PATIENCE, since
from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.domain.messages import Parcel


class Subjects:
    """Publishes what webhooks get to `alerts.<org>.<kind>`, while it is entered. It connects when it first has to."""

    def __init__(self, url: str, user: str | None, password: str | None, *, patience: float = PATIENCE) -> None:
        """As that user of NATS."""
        self._bus = Bus(url, "alerts", user, password)
        self._opening = asyncio.Lock()
        self._patience = patience

    async def __aenter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up, if there was anything to say."""
        if self._bus.connections:
            await self._bus.close()

    async def send(self, parcel: Parcel, now: object) -> Answer:
        """One attempt. Never raises: whatever goes wrong is an answer.

        The server drops a repeat by its Nats-Msg-Id for two minutes, which is longer than an answer may be lost.
        """
        del now
        began, message = time.monotonic(), parcel.message
        kind = message.type.partition(".")[2] if message.type.startswith("alert.") else message.type.replace(".", "_")
        try:
            async with asyncio.timeout(self._patience):
                bus = await self._connected()
                headers = {"Nats-Msg-Id": message.id, "Content-Type": "application/json"}
                await bus.publish(alert_subject(parcel.org, kind), message.body, headers)
        except TimeoutError:
            return Answer(duration_ms=since(began), error=f"NATS did not answer within {self._patience:g} s")
        except Unavailable as error:
            return Answer(duration_ms=since(began), error=str(error)[:LONGEST_ERROR])
        return Answer(duration_ms=since(began))

    async def _connected(self) -> Bus:
        async with self._opening:
            return self._bus if self._bus.connections else await self._bus.open()
