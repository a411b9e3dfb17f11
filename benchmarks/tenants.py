"""Services asked without running: each decides in this process, as it would in its own."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

from benchmarks.house import House, Pool
from trackagoat.cli.accounts import fresh_key
from trackagoat.events import clock
from trackagoat.events.catalogue.words import Command, OrgId
from trackagoat.events.catalogue.workspace import CreateOrg
from trackagoat.events.envelope import Ask
from trackagoat.events.host.service import Service
from trackagoat.events.writer import Writer


class Desk:
    """A service that is asked directly."""

    def __init__(self, pool: Pool, service: Service) -> None:
        """Decide in this process."""
        self.pool, self.service = pool, service
        self.writer = Writer(pool, service)

    async def ask(self, org: OrgId, commands: Sequence[Command]) -> None:
        """Have all of them accepted."""
        outcomes = await self.writer.handle(Ask(org=org, command_id=clock.new_id(), at=clock.now()), commands)
        assert [o.refused for o in outcomes if o.refused] == []


@contextlib.asynccontextmanager
async def desk(built: House, name: str, **extra: str) -> AsyncIterator[Desk]:
    """That service's desk, with settings beside those it needs."""
    settings: Any = importlib.import_module(f"trackagoat.{name}.settings").Settings
    build: Any = importlib.import_module(f"trackagoat.{name}.service").service
    async with built.pool(name) as pool:
        given = {"database_url": built.dsn(name), "secret_key": built.secret_key} | extra
        yield Desk(pool, build(settings.model_validate(given)))


async def key_of(built: House, org: OrgId) -> str:
    """Open the organization and make a key that may read it."""
    plain, command = fresh_key("bench", ["read"])
    async with desk(built, "workspace") as workspace:
        await workspace.ask(org, [CreateOrg(org=org, name="Bench")])
        await workspace.ask(org, [command])
    return plain
