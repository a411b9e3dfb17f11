"""From rows to what is asked of ingest: which creators there are, and scrapes to record, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import TypeVar
from uuid import UUID, uuid5

import msgspec

from trackagoat.events.catalogue.ingest import Post, ProfileReading
from trackagoat.events.catalogue.words import ProjectId
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.sources.importing.rows import Row, RowWarning
from trackagoat.ingest.sources.protocol import Scrape

S = TypeVar("S", bound=msgspec.Struct)

BATCH = 64
"""Scrapes in one batch, and so commands in one question."""


class Found(msgspec.Struct, kw_only=True):
    """A creator in a file: the handle as first spelled, and its earliest post and reading."""

    handle: str
    first_post: datetime | None
    first_read: datetime

    def start_date(self, zone: tzinfo) -> date:
        """The day tracking starts: that of the earliest post in the org's zone, else of the earliest reading."""
        return (self.first_post or self.first_read).astimezone(zone).date()


class Survey(msgspec.Struct, kw_only=True):
    """What a file holds, known after one pass over it. Creators by handle in lower case."""

    rows: int = 0
    skipped: int = 0
    warnings: int = 0
    creators: dict[str, Found] = {}
    videos: int = 0


def survey(readings: Iterable[Row | RowWarning]) -> Survey:
    """One pass over a file: memory grows with its creators and posts, not with its rows."""
    found = Survey()
    posts: set[int] = set()
    for one in readings:
        match one:
            case Row():
                found.rows += 1
                posts.add(int(one.post.tiktok_video_id))
                _meet(found.creators, one)
            case RowWarning():
                found.warnings += 1
                found.skipped += one.skipped
    found.videos = len(posts)
    return found


def _meet(creators: dict[str, Found], row: Row) -> None:
    posted = row.post.posted_at
    known = creators.get(handle_key(row.handle))
    if known is None:
        found = Found(handle=row.handle, first_post=posted, first_read=row.fetched_at)
        creators[handle_key(row.handle)] = found
        return
    known.first_read = min(known.first_read, row.fetched_at)
    if posted is not None:
        known.first_post = posted if known.first_post is None else min(known.first_post, posted)


class ImportBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Scrapes to record in one question, in the order of the file. `number` counts from 0."""

    number: int
    scrapes: list[Scrape]

    def command_id(self, project: ProjectId) -> UUID:
        """The same batch of the same file for the same project asks under the same id, so it counts once."""
        return uuid5(project, msgspec.json.encode(self).decode())


def plan(rows: Iterable[Row | RowWarning], *, size: int = BATCH) -> Iterator[ImportBatch]:
    """Rows grouped by creator and time of reading, in batches of `size` scrapes and at most 8 times as many posts.

    One batch is held at a time. Within it, a creator read at one instant is one scrape, and a post read twice
    at that instant keeps what was said first, completed by what was said later.
    """
    number, posts = 0, 0
    held: dict[tuple[str, datetime], list[Row]] = {}
    for row in rows:
        if isinstance(row, RowWarning):
            continue
        key = (handle_key(row.handle), row.fetched_at)
        if (len(held) == size and key not in held) or posts == 8 * size:
            yield ImportBatch(number=number, scrapes=[_scrape(group) for group in held.values()])
            number, posts, held = number + 1, 0, {}
        held.setdefault(key, []).append(row)
        posts += 1
    if held:
        yield ImportBatch(number=number, scrapes=[_scrape(group) for group in held.values()])


def _scrape(group: list[Row]) -> Scrape:
    profile: ProfileReading | None = None
    posts: dict[str, Post] = {}
    for row in group:
        if row.profile is not None:
            profile = row.profile if profile is None else _completed(profile, row.profile)
        same = posts.get(row.post.tiktok_video_id)
        posts[row.post.tiktok_video_id] = row.post if same is None else _completed(same, row.post)
    return Scrape(handle=group[0].handle, fetched_at=group[0].fetched_at, profile=profile, posts=[*posts.values()])


def _completed(first: S, later: S) -> S:
    """The first reading, with what it left unknown taken from the later one."""
    gaps = [name for name in first.__struct_fields__ if getattr(first, name) is None]
    return msgspec.structs.replace(first, **{name: getattr(later, name) for name in gaps})
