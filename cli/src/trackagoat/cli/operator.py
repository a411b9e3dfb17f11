"""The operator's way in: commands over the bus and a look into the database, for a system that runs here."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from trackagoat.cli.errors import Failure
from trackagoat.cli.state import Folder
from trackagoat.events import clock
from trackagoat.events.bus import BusAsker, connect_asker
from trackagoat.events.catalogue.words import Command, OrgId
from trackagoat.events.decider import Outcome
from trackagoat.events.envelope import Ask
from trackagoat.events.errors import Unavailable

PATIENCE_SECONDS = 600.0
ANSWER_SECONDS = 20.0


class Operator:
    """Asks services and reads the database with the operator's rights."""

    def __init__(self, asker: BusAsker, db: Any) -> None:
        """`db` is a pool of the operator's."""
        self._asker = asker
        self.db = db

    async def ask(
        self,
        org: OrgId,
        commands: Sequence[Command],
        *,
        command_id: UUID | None = None,
        waiting: Callable[[str], None] = lambda _: None,
    ) -> list[Outcome]:
        """One outcome per command. While the service is away it is asked again under the same command id.

        Raises Failure when it stays away.
        """
        ask = Ask(org=org, command_id=command_id or clock.new_id(), at=clock.now())
        limit = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            try:
                outcomes = await self._asker.ask(ask, commands, timeout=ANSWER_SECONDS)
            except Unavailable as error:
                if asyncio.get_running_loop().time() > limit:
                    message = f"{error}; nothing is half done, run the same command again to go on"
                    raise Failure(message) from error
                waiting(f"waiting: {error}")
                await asyncio.sleep(1)
                continue
            if any(o.refused and o.refused.code == "write_conflict" for o in outcomes):
                await asyncio.sleep(clock.jitter(0.2))
                continue
            return outcomes

    async def must(self, org: OrgId, command: Command, *, command_id: UUID | None = None) -> Outcome:
        """The outcome of a command that has to be accepted. Raises Failure with the refusal's own words."""
        (outcome,) = await self.ask(org, [command], command_id=command_id)
        if outcome.refused is not None:
            raise Failure(outcome.refused.message)
        return outcome

    async def org(self, given: str | None) -> OrgId:
        """The org named, or the only one there is. Raises Failure."""
        return await org_of(self.db, given)


async def org_of(db: Any, given: str | None) -> OrgId:
    """The org named, or the only one there is. Raises Failure."""
    rows = await db.fetch("SELECT org, name FROM workspace.orgs ORDER BY created_at")
    if given is not None:
        found = [row["org"] for row in rows if given in {str(row["org"]), row["name"]}]
        if not found:
            message = f"there is no organization {given}; there are: {', '.join(r['name'] for r in rows) or 'none'}"
            raise Failure(message)
        return OrgId(found[0])
    if len(rows) != 1:
        names = ", ".join(f"{row['name']} ({row['org']})" for row in rows)
        message = f"say which organization with --org: {names}" if rows else "make one with `goat orgs create NAME`"
        raise Failure(message)
    return OrgId(rows[0]["org"])


@contextlib.asynccontextmanager
async def operator(folder: Folder) -> AsyncIterator[Operator]:
    """Connect to what runs with that state folder. Raises NotRunning."""
    state = folder.running()
    async with connected(state.nats_url, *nats_login(folder), state.database_url) as found:
        yield found


def nats_login(folder: Folder) -> tuple[str | None, str | None]:
    """The operator's user and password; with a NATS of your own, the ones you gave."""
    if "NATS_URL" in os.environ:
        return os.environ.get("NATS_USER"), os.environ.get("NATS_PASSWORD")
    return "operator", folder.secrets().nats["operator"]


@contextlib.asynccontextmanager
async def connected(
    nats_url: str, user: str | None, password: str | None, database_url: str
) -> AsyncIterator[Operator]:
    """Connect with these."""
    bus, asker = await connect_asker(nats_url, user, password)
    try:
        async with asyncpg.create_pool(database_url, min_size=1, max_size=4) as pool:
            yield Operator(asker, pool)
    finally:
        await bus.close()
