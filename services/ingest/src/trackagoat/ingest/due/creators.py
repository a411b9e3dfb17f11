"""Creators that fall due: a look at the profile, or at the list of posts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest import (
    DisableCreator,
    DiscoveryGapFound,
    JobKind,
    Post,
    ProfileReading,
    RecordScrape,
    SourceOutcome,
)
from trackagoat.events.catalogue.words import CreatorId, ProjectId, VideoId, video_id
from trackagoat.events.effects import Claimed, Decide, Done, Effect, Record
from trackagoat.events.sql import Db
from trackagoat.ingest.domain.discovery import BACK, MOST, is_enough
from trackagoat.ingest.domain.failing import is_lost
from trackagoat.ingest.domain.scrapes import observations
from trackagoat.ingest.due import gaps, jobs
from trackagoat.ingest.due.asking import Missed
from trackagoat.ingest.due.chain import Answered, Chain, Later, Round
from trackagoat.ingest.sources.protocol import Blocked, Miss, Ok, PostPage, Reply, SchemaChanged, Source
from trackagoat.ingest.store import creators, videos

PAGE = 25
"""Posts asked for at once, always as many: a provider may count pages. What a run reads at most is whole pages."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at a list of posts showed. `cursor`: where it would have gone on, had it not been `miss`ed or
    read enough for one run. `later`: nobody could be asked before then.
    """

    source: Source
    posts: Sequence[Post] = ()
    profile: ProfileReading | None = None
    cursor: str | None = None
    miss: Miss | None = None
    later: datetime | None = None
    effects: Sequence[Effect] = ()

    @property
    def onward(self) -> dict[str, Any]:
        """Where the next run goes on, and who knows that place."""
        return {"cursor": self.cursor, "source": self.source.name}

    @property
    def cut_short(self) -> SourceOutcome | None:
        """What ended it before it had reason to end; None: it read all that was wanted, or nothing."""
        if not self.posts:
            return None
        if self.miss is not None:
            return self.miss.outcome
        if self.later is not None:
            return "rate_limited"
        return None if self.cursor is None else "ok"


class CreatorScrapes(msgspec.Struct, frozen=True):
    """The work of two kinds of due rows."""

    chain: Chain

    async def profiles(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """Name, texts and counters of accounts."""
        accounts = await self._begin(db, claimed, now)
        round_ = await self.chain.round(db, claimed, now)
        return await asyncio.gather(*(self._profile(round_, c, accounts.get(c.key), now) for c in claimed))

    async def discoveries(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """New posts of accounts, and the counters their lists show."""
        accounts = await self._begin(db, claimed, now)
        round_ = await self.chain.round(db, claimed, now)
        return await asyncio.gather(*(self._discovery(db, round_, c, accounts.get(c.key), now) for c in claimed))

    async def _begin(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> dict[str, creators.Account]:
        """Those that are still tracked, by the key of their rows."""
        accounts = await _accounts(db, claimed)
        await jobs.begin(db, [c for c in claimed if c.key in accounts], now)
        return accounts

    async def _profile(self, round_: Round, claimed: Claimed, account: creators.Account | None, now: datetime) -> Done:
        if account is None:
            return Done(claimed, [jobs.dropped(claimed)])
        handle, interval = account.tiktok_handle, timedelta(hours=account.creator_profiles_hours)
        answer = await round_.ask(claimed, handle, handle, lambda source: source.profile(handle))
        if answer is None:
            return Done(claimed, [jobs.failed(claimed, now, jobs.NOBODY)], now + interval)
        if isinstance(answer, Later):
            return Done(claimed, [*answer.effects, jobs.waits(claimed, answer.at)], answer.at, claimed.attempts)
        source, reply = answer.source, answer.reply
        if isinstance(reply, Ok):
            look = Look(source=source, profile=reply.value)
            effects = [*answer.effects, jobs.succeeded(claimed, source.name, now), _record(claimed, account, look, now)]
            return Done(claimed, effects, now + interval)
        missed = _missed("creator_profiles", account, source, reply, interval)
        return missed.done(claimed, now, [*answer.effects, *_lost(claimed, account, reply, now)])

    async def _discovery(
        self, db: Db, round_: Round, claimed: Claimed, account: creators.Account | None, now: datetime
    ) -> Done:
        if account is None:
            return Done(claimed, [jobs.dropped(claimed)])
        interval = timedelta(hours=account.discover_videos_hours)
        look = await self._look(db, round_, claimed, account, now)
        if look is None:
            return Done(claimed, [jobs.failed(claimed, now, jobs.NOBODY)], now + interval)
        if isinstance(look, Later):
            return Done(claimed, [*look.effects, jobs.waits(claimed, look.at)], look.at, claimed.attempts)
        found = (
            None
            if gaps.reads_back(claimed, account)
            else await gaps.found(db, account, look.posts, look.cut_short, now)
        )
        return _looked(claimed, account, look, now, interval, found)

    async def _look(
        self, db: Db, round_: Round, claimed: Claimed, account: creators.Account, now: datetime
    ) -> Look | Later | None:
        """Page after page, until enough is read; None when no source serves the account."""
        wish = claimed.payload or {}
        cursor: str | None = wish.get("cursor")
        only: str | None = wish.get("source")
        handle, posts, profile, effects, source = account.tiktok_handle, list[Post](), None, list[Effect](), None
        while True:
            answer = await round_.ask(claimed, handle, handle, partial(_page, handle, cursor), only=only)
            if source is None and only is not None and _is_lost(answer):
                cursor, only = None, None
                continue
            if answer is None or isinstance(answer, Later):
                if answer is None or source is None:
                    return answer
                return Look(
                    source=source, posts=posts, profile=profile, cursor=cursor, later=answer.at, effects=effects
                )
            source, reply = answer.source, answer.reply
            only, effects = source.name, [*effects, *answer.effects]
            if not isinstance(reply, Ok):
                return Look(source=source, posts=posts, profile=profile, cursor=cursor, miss=reply, effects=effects)
            page = reply.value
            posts, profile, cursor = [*posts, *page.posts], profile or page.profile, page.next
            known = set() if gaps.reads_back(claimed, account) else await _known(db, claimed, account, posts)
            if not page.posts or is_enough(posts, known, gaps.floor(claimed, account), now):
                cursor = None
            if cursor is None or len(posts) >= MOST:
                return Look(source=source, posts=posts, profile=profile, cursor=cursor, effects=effects)


def _looked(  # noqa: PLR0913, PLR0917 - what was asked, what came of it, and what that says of gaps
    claimed: Claimed,
    account: creators.Account,
    look: Look,
    now: datetime,
    interval: timedelta,
    found: DiscoveryGapFound | None,
) -> Done:
    """The row after a look."""
    back = BACK if (claimed.payload or {}).get("back") else {}
    effects: list[Effect] = [*look.effects]
    if look.posts or look.profile:
        effects.append(_record(claimed, account, look, now))
    if found is not None:
        key = f"gap-found/{claimed.key}/{now.isoformat()}/{claimed.fence}"
        effects.append(Record(claimed.org, observations(found.creator), found, key))
    name = look.source.name
    if look.miss is not None:
        missed = _missed("discover_videos", account, look.source, look.miss, interval)
        plan = missed.plan(claimed, now)
        given_up = back if missed.is_final(plan) else None
        payload = back | look.onward if look.posts else given_up
        effects += [missed.told(claimed, now), missed.record(claimed, now), *_lost(claimed, account, look.miss, now)]
        return Done(claimed, effects, plan.again, plan.attempts, payload)
    if look.later is not None:
        effects.append(jobs.waits(claimed, look.later, name))
        return Done(claimed, effects, look.later, claimed.attempts, back | look.onward)
    if look.cursor is not None:
        return Done(claimed, [*effects, jobs.goes_on(claimed, name)], now, payload=back | look.onward)
    effects += [*gaps.closed(claimed, account, now), jobs.succeeded(claimed, name, now)]
    return Done(claimed, effects, now + interval, payload={})


def _is_lost(answer: Answered[PostPage] | Later | None) -> bool:
    """Whether the one source that knew where to go on is out of reach: others have to begin at the top."""
    return answer is None or (isinstance(answer, Answered) and isinstance(answer.reply, Blocked | SchemaChanged))


async def _page(handle: str, cursor: str | None, source: Source) -> Reply[PostPage]:
    return await source.posts(handle, cursor=cursor, limit=PAGE)


async def _accounts(db: Db, claimed: Sequence[Claimed]) -> dict[str, creators.Account]:
    """Those that are still tracked, by the key of their rows."""
    rows = await creators.accounts(db, [UUID(c.key) for c in claimed])
    return {str(row.creator): row for row in rows}


async def _known(db: Db, claimed: Claimed, account: creators.Account, posts: Sequence[Post]) -> set[str]:
    """TikTok's ids of those of the posts that the project knows."""
    ids = {_video(account, post): post.tiktok_video_id for post in posts}
    return {ids[VideoId(row.video)] for row in await videos.known(db, claimed.org, list(ids))}


def _video(account: creators.Account, post: Post) -> VideoId:
    return video_id(ProjectId(account.project), post.tiktok_video_id)


def _record(claimed: Claimed, account: creators.Account, look: Look, now: datetime) -> Decide:
    command = RecordScrape(
        creator=CreatorId(account.creator),
        project=ProjectId(account.project),
        source=look.source.name,
        fetched_at=now,
        tracking_mode=account.tracking_mode,
        not_before=gaps.not_before(account),
        profile=look.profile,
        posts=list(look.posts),
        kind="creator_profiles" if claimed.kind == "creator_profiles" else "discover_videos",
    )
    return Decide(claimed.org, command, f"{claimed.kind}/{claimed.key}/{now.isoformat()}/{claimed.fence}")


def _lost(claimed: Claimed, account: creators.Account, miss: Miss, now: datetime) -> list[Effect]:
    """The creator is disabled when it could not be seen often and long enough; this miss is the last of its run."""
    run = [*account.misses, now]
    if miss.outcome not in {"not_found", "private"} or not is_lost(run):
        return []
    command = DisableCreator(
        creator=CreatorId(account.creator),
        reason="private" if miss.outcome == "private" else "not_found",
        failures=len(run),
        first_failure_at=run[0],
    )
    return [Decide(claimed.org, command, f"lost/{claimed.kind}/{claimed.key}/{now.isoformat()}/{claimed.fence}")]


def _missed(kind: JobKind, account: creators.Account, source: Source, miss: Miss, interval: timedelta) -> Missed:
    return Missed(
        kind=kind,
        project=ProjectId(account.project),
        creator=CreatorId(account.creator),
        source=source.name,
        miss=miss,
        interval=interval,
    )
