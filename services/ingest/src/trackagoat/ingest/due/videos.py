"""Videos that fall due: the counters of single posts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.ingest import DisableTracking, StatsSnapshotted
from trackagoat.events.catalogue.words import Counters, CreatorId, ProjectId, Refused, VideoId
from trackagoat.events.effects import Claimed, Decide, Done, Effect, Record
from trackagoat.events.sql import Db
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.domain.failing import is_lost
from trackagoat.ingest.domain.schedule import age_factor, stats_due
from trackagoat.ingest.domain.scrapes import gathered_while_tracked, observations, reading
from trackagoat.ingest.due import jobs
from trackagoat.ingest.due.asking import Missed
from trackagoat.ingest.due.chain import Chain, Later, Round
from trackagoat.ingest.sources.protocol import Miss, Ok
from trackagoat.ingest.store import videos


class VideoScrapes(msgspec.Struct, frozen=True):
    """The work of one kind of due rows.

    Other scrapes read these posts too; a row that falls due looks first whether it still has to.
    """

    chain: Chain

    async def stats(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """Counters of posts."""
        posts = {str(row.video): row for row in await videos.refreshed(db, [UUID(c.key) for c in claimed])}
        put_off = {c.key: until for c in claimed if (until := _put_off(c, posts.get(c.key), now))}
        await jobs.begin(db, [c for c in claimed if c.key in posts and c.key not in put_off], now)
        round_ = await self.chain.round(db, claimed, now)
        return await asyncio.gather(
            *(self._stats(round_, c, posts.get(c.key), put_off.get(c.key), now) for c in claimed)
        )

    async def _stats(
        self, round_: Round, claimed: Claimed, post: videos.Post | None, put_off: datetime | None, now: datetime
    ) -> Done:
        if post is None:
            return Done(claimed, [jobs.dropped(claimed)])
        if put_off is not None:
            told = [jobs.succeeded(claimed, post.stats_source, now)] if claimed.attempts else []
            return Done(claimed, told, put_off)
        born = post.posted_at or post.created_at
        interval = timedelta(hours=post.video_stats_hours) * age_factor(now - born)
        answer = await round_.ask(claimed, post.url, _author(post.url), lambda source: source.video(post.url))
        if answer is None:
            return Done(claimed, [jobs.failed(claimed, now, jobs.NOBODY)], now + interval, payload={})
        if isinstance(answer, Later):
            return Done(claimed, [*answer.effects, jobs.waits(claimed, answer.at)], answer.at, claimed.attempts)
        source, reply = answer.source, answer.reply
        if isinstance(reply, Ok):
            read = _record(claimed, post, source.name, reply.value, now)
            effects = [*answer.effects, jobs.succeeded(claimed, source.name, now), read]
            return Done(claimed, effects, now + interval, payload={})
        missed = Missed(
            kind="video_stats",
            project=ProjectId(post.project),
            creator=_owner(post),
            video=VideoId(post.video),
            source=source.name,
            miss=reply,
            interval=interval,
            counts=post.miss_counts,
        )
        return missed.done(claimed, now, [*answer.effects, *_lost(claimed, post, reply, now)])


def _put_off(claimed: Claimed, post: videos.Post | None, now: datetime) -> datetime | None:
    """When the post is to be read instead, since another scrape has read it and nobody wished for more.

    That scrape did what a retry that comes now was for.
    """
    if post is None or post.last_scraped_at is None or (claimed.payload or {}).get("now"):
        return None
    due = stats_due(post.last_scraped_at, post.posted_at or post.created_at, now, post.video_stats_hours)
    return due if due > now else None


def _author(url: str) -> str | None:
    try:
        return tiktok.post_url(url).handle
    except Refused:
        return None


def _owner(post: videos.Post) -> CreatorId | None:
    return None if post.creator_id is None else CreatorId(post.creator_id)


def _lost(claimed: Claimed, post: videos.Post, miss: Miss, now: datetime) -> list[Effect]:
    """The post is refreshed no longer when it could not be seen often and long enough; this miss is the last."""
    if not post.miss_counts or miss.outcome not in {"not_found", "private"} or not is_lost([*post.misses, now]):
        return []
    command = DisableTracking(video=VideoId(post.video), project=ProjectId(post.project), reason="unavailable")
    return [Decide(claimed.org, command, f"lost/{claimed.kind}/{claimed.key}/{now.isoformat()}/{claimed.fence}")]


def _record(claimed: Claimed, post: videos.Post, source: str, counters: Counters, now: datetime) -> Record:
    """The reading as a fact of its own: nothing has to be decided about a post that is known.

    One that shows no counter is a reading too: the post was there, and who was asked said so.
    """
    video, owner = VideoId(post.video), _owner(post)
    first = post.first_scraped_at is None or now < post.first_scraped_at
    baseline = first and not gathered_while_tracked(post.origin, post.posted_at, now)
    event = StatsSnapshotted(
        project=ProjectId(post.project),
        creator_id=owner,
        source=source,
        fetched_at=now,
        videos=[reading(video, counters, is_baseline=baseline)],
        kind="video_stats",
    )
    return Record(claimed.org, observations(owner or video), event, f"stats/{video}/{source}/{now.isoformat()}")
