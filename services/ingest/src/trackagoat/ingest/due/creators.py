"""Creators that fall due: a look at the profile, or at the list of posts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.events.catalogue.ingest import JobKind, Post, ProfileReading, RecordScrape
from trackagoat.events.catalogue.words import CreatorId, ProjectId, VideoId, video_id
from trackagoat.events.effects import Claimed, Decide, Done
from trackagoat.events.sql import Db
from trackagoat.ingest.domain.discovery import BACK, MOST, is_enough
from trackagoat.ingest.due.asking import Configured, Missed, ask
from trackagoat.ingest.sources.protocol import Miss, Ok, PostPage, Reply, Source
from trackagoat.ingest.store import creators, videos

PAGE = 30
"""Posts asked for at once."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at a list of posts showed. `cursor`: where it would have gone on, had it not been `miss`ed or
    read enough for one run.
    """

    source: Source
    posts: Sequence[Post] = ()
    profile: ProfileReading | None = None
    cursor: str | None = None
    miss: Miss | None = None


class CreatorScrapes(msgspec.Struct, frozen=True):
    """The work of two kinds of due rows."""

    sources: Sequence[Configured]

    async def profiles(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """Name, texts and counters of accounts."""
        accounts = await _accounts(db, claimed)
        return await asyncio.gather(*(self._profile(c, accounts.get(c.key), now) for c in claimed))

    async def discoveries(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """New posts of accounts, and the counters their lists show."""
        accounts = await _accounts(db, claimed)
        return await asyncio.gather(*(self._discovery(db, c, accounts.get(c.key), now) for c in claimed))

    async def _profile(self, claimed: Claimed, account: creators.Account | None, now: datetime) -> Done:
        if account is None:
            return Done(claimed)
        handle, interval = account.tiktok_handle, timedelta(hours=account.creator_profiles_hours)
        answer = await ask(self.sources, handle, lambda source: source.profile(handle))
        if answer is None:
            return Done(claimed, again=now + interval)
        source, reply = answer
        if isinstance(reply, Ok):
            look = Look(source=source, profile=reply.value)
            return Done(claimed, [_record(claimed, account, look, now)], now + interval)
        return _missed("creator_profiles", account, source, reply, interval).done(claimed, now)

    async def _discovery(self, db: Db, claimed: Claimed, account: creators.Account | None, now: datetime) -> Done:
        if account is None:
            return Done(claimed)
        interval = timedelta(hours=account.discover_videos_hours)
        look = await self._look(db, claimed, account, now)
        if look is None:
            return Done(claimed, again=now + interval)
        effects = [_record(claimed, account, look, now)] if look.posts or look.profile else []
        if look.miss is not None:
            missed = _missed("discover_videos", account, look.source, look.miss, interval)
            plan = missed.plan(claimed, now)
            payload = BACK | {"cursor": look.cursor} if look.posts else None
            return Done(claimed, [*effects, missed.record(claimed, now)], plan.again, plan.attempts, payload)
        if look.cursor is not None:
            return Done(claimed, effects, now, payload=BACK | {"cursor": look.cursor})
        return Done(claimed, effects, now + interval, payload={})

    async def _look(self, db: Db, claimed: Claimed, account: creators.Account, now: datetime) -> Look | None:
        """Page after page, until enough is read; None when no source serves the account."""
        wish = claimed.payload or {}
        cursor: str | None = wish.get("cursor")
        sources, posts, profile = self.sources, list[Post](), None
        while True:
            answer = await ask(sources, account.tiktok_handle, partial(_page, account.tiktok_handle, cursor))
            if answer is None:
                return None
            source, reply = answer
            if not isinstance(reply, Ok):
                return Look(source=source, posts=posts, profile=profile, cursor=cursor, miss=reply)
            page, sources = reply.value, [Configured(source)]
            posts, profile, cursor = [*posts, *page.posts], profile or page.profile, page.next
            known = set() if wish.get("back") else await _known(db, claimed, account, posts)
            if not page.posts or is_enough(posts, known, _not_before(account), now):
                cursor = None
            if cursor is None or len(posts) >= MOST:
                return Look(source=source, posts=posts, profile=profile, cursor=cursor)


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


def _not_before(account: creators.Account) -> datetime:
    """The start of the creator's first day, in the zone of its org."""
    return datetime.combine(account.tracking_start_date, time.min, ZoneInfo(account.timezone)).astimezone(UTC)


def _record(claimed: Claimed, account: creators.Account, look: Look, now: datetime) -> Decide:
    command = RecordScrape(
        creator=CreatorId(account.creator),
        project=ProjectId(account.project),
        source=look.source.name,
        fetched_at=now,
        tracking_mode=account.tracking_mode,
        not_before=_not_before(account),
        profile=look.profile,
        posts=list(look.posts),
    )
    return Decide(claimed.org, command, f"{claimed.kind}/{claimed.key}/{now.isoformat()}/{claimed.fence}")


def _missed(kind: JobKind, account: creators.Account, source: Source, miss: Miss, interval: timedelta) -> Missed:
    return Missed(
        kind=kind,
        project=ProjectId(account.project),
        creator=CreatorId(account.creator),
        source=source.name,
        miss=miss,
        interval=interval,
    )
