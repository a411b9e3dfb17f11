"""Short links: before posts are added, the first source that can tells where they lead.

Somebody waits for the answer, so this is quick or it is nothing: a link that could not be followed stays what it is,
and is refused. What happens here says nothing of the source.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from trackagoat.events.catalogue.ingest import AddVideo
from trackagoat.events.catalogue.words import Refused
from trackagoat.events.envelope import Ask
from trackagoat.events.sql import Db
from trackagoat.ingest.domain import sourcing, tiktok
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.due.chain import Chain, answered
from trackagoat.ingest.sources.protocol import Follower, Ok, Reply
from trackagoat.ingest.store import sources as store

ONE_SECONDS, MANY_SECONDS = 3.0, 10.0
"""How long a link, or all links of a bulk, may take: less than whoever asks waits for the answer."""
NEAR = timedelta(seconds=2)
"""How far away a free slot of a source may be."""


class Links(msgspec.Struct, frozen=True):
    """Follows links by way of the sources of one process."""

    chain: Chain

    async def followed(self, db: Db, ask: Ask, commands: Sequence[Any]) -> Sequence[Any]:
        """Commands of one class; those that add a post by a short link, with the URL it leads to."""
        wanted = {c.url: link for c in commands if isinstance(c, AddVideo) and (link := tiktok.short_link(c.url))}
        if not wanted:
            return commands
        able = await self._able(db, ask)
        links = sorted(set(wanted.values()))
        seconds = ONE_SECONDS if len(links) == 1 else MANY_SECONDS
        found = await asyncio.gather(*(self._within(seconds, db, ask, able, link) for link in links))
        leads = dict(zip(links, found, strict=True))
        return [
            c if (url := leads.get(wanted.get(c.url, ""))) is None else msgspec.structs.replace(c, url=url)
            for c in commands
        ]

    async def _able(self, db: Db, ask: Ask) -> list[Configured]:
        """The sources the org has asked about posts that can follow links and are doing well, in order."""
        await self.chain.look_around(db)
        chosen = next(iter(await store.chosen(db, [ask.org])), None)
        return [
            one
            for one in self.chain.order(chosen, "video_stats")
            if isinstance(one.source, Follower)
            and not sourcing.rests(standing := self.chain.standings.get(one.source.name), ask.at)
            and not sourcing.passed_over(standing, ask.at)
        ]

    async def _within(self, seconds: float, db: Db, ask: Ask, able: Sequence[Configured], link: str) -> str | None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._follow(db, ask, able, link)
        return None

    async def _follow(self, db: Db, ask: Ask, able: Sequence[Configured], link: str) -> str | None:
        """The URL of the post, as the first source tells that knows it."""
        for configured in able:
            source = configured.source
            if not isinstance(source, Follower) or not await self._has_slot(db, ask, configured):
                continue
            async with self.chain.places.get(source.name) or contextlib.nullcontext():
                reply = await answered(source, partial(_ask, link))
            if isinstance(reply, Ok) and (url := _post(reply.value)) is not None:
                return url
        return None

    async def _has_slot(self, db: Db, ask: Ask, configured: Configured) -> bool:
        """Whether the source may be asked now; waits for a slot that is near."""
        if configured.calls_per_minute is None:
            return True
        spacing = timedelta(minutes=1) / configured.calls_per_minute
        slot = await store.reserve(db, configured.source.name, ask.at, spacing, NEAR)
        if slot is None:
            return False
        await asyncio.sleep(max(0.0, (slot - ask.at).total_seconds()))
        return True


async def _ask(link: str, source: Follower) -> Reply[str]:
    return await source.follow(link)


def _post(url: str) -> str | None:
    """The canonical URL; None when it is not that of a post."""
    try:
        return tiktok.post_url(url).url
    except Refused:
        return None
