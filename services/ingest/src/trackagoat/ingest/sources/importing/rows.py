"""One row: who, which post, when it was read, and what was read; or why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import TypeVar

import msgspec

from trackagoat.events.catalogue.ingest import InvalidHandle, InvalidUrl, Post, ProfileReading, UnresolvableUrl
from trackagoat.events.catalogue.words import ContentType
from trackagoat.ingest.domain import tiktok
from trackagoat.ingest.sources.importing import cells
from trackagoat.ingest.sources.importing.cells import Unreadable, shown
from trackagoat.ingest.sources.importing.columns import COUNTERS, PROFILE_COUNTERS

T = TypeVar("T")
Cells = Mapping[str, object]
"""Fields of ours to what the file says, before anything is understood."""

CLOCK_SKEW = timedelta(minutes=5)
_PHOTO = {"photo", "photos", "carousel", "slideshow", "image", "images"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of one post. `line` is the line of the file, from 1, where it begins."""

    line: int
    handle: str
    fetched_at: datetime
    profile: ProfileReading | None
    post: Post


class RowWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be read, where and why. `skipped`: the whole row was left out, not only one cell."""

    line: int
    column: str | None = None
    reason: str
    skipped: bool = False

    def __str__(self) -> str:
        """One line for people."""
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.reason}; {'row skipped' if self.skipped else 'taken as unknown'}"


class Unusable(ValueError):
    """A row without a creator, a post or a time. Carries the column and, as message, the reason."""

    def __init__(self, *, column: str, reason: str) -> None:
        self.column = column
        super().__init__(reason)


def read_row(line: int, told: Cells, *, zone: tzinfo, now: datetime) -> Iterator[Row | RowWarning]:
    """The warnings of a row, then the row itself unless the last warning says it is skipped."""
    warnings: list[RowWarning] = []
    reader = _Reader(line, told, zone, now, warnings)
    try:
        row = reader.row()
    except Unusable as unusable:
        yield RowWarning(line=line, column=unusable.column, reason=str(unusable), skipped=True)
        return
    yield from warnings
    yield row


class _Reader:
    """Reads one row and notes what it could not read."""

    def __init__(self, line: int, told: Cells, zone: tzinfo, now: datetime, warnings: list[RowWarning]) -> None:
        self._line, self._told, self._zone, self._now, self._warnings = line, told, zone, now, warnings

    def row(self) -> Row:
        """Raises Unusable."""
        url = self._url()
        handle = self._handle(url)
        post_id = self._video_id(url)
        fetched_at = self._fetched_at()
        return Row(
            line=self._line,
            handle=handle,
            fetched_at=fetched_at,
            profile=self._profile(),
            post=self._post(handle, post_id, url),
        )

    def _known(self, column: str, read: Callable[[object], T | None]) -> T | None:
        """The cell, or None and a warning when it cannot be read."""
        try:
            return read(self._told.get(column))
        except Unreadable as unreadable:
            self._warn(column, str(unreadable))
            return None

    def _warn(self, column: str, reason: str) -> None:
        self._warnings.append(RowWarning(line=self._line, column=column, reason=reason))

    def _url(self) -> tiktok.PostUrl | None:
        """What the URL says, if it says anything; the id column may hold one too."""
        for column in ("url", "video_id"):
            written = cells.text(self._told.get(column))
            if written is None or "/" not in written:
                continue
            try:
                return tiktok.post_url(written)
            except (InvalidUrl, UnresolvableUrl):
                continue
        return None

    def _handle(self, url: tiktok.PostUrl | None) -> str:
        written = cells.text(self._told.get("handle"))
        if written is None:
            if url is None or url.handle is None:
                raise Unusable(column="handle", reason="no handle")
            return url.handle
        try:
            return tiktok.handle(written)
        except InvalidHandle:
            raise Unusable(column="handle", reason=f"{shown(written)} is not a handle") from None

    def _video_id(self, url: tiktok.PostUrl | None) -> str:
        written = self._told.get("video_id")
        text = str(written).strip() if isinstance(written, (str, int)) and not isinstance(written, bool) else ""
        if tiktok.is_video_id(text):
            return text
        if url is not None:
            return url.tiktok_video_id
        if cells.text(written) is None:
            raise Unusable(column="video_id", reason="no video id")
        hint = " (a spreadsheet rounded it; export the column as text)" if "E+" in str(written).upper() else ""
        raise Unusable(column="video_id", reason=f"{shown(written)} is not the id of a post, 10 to 20 digits{hint}")

    def _fetched_at(self) -> datetime:
        try:
            told = cells.instant(self._told.get("scraped_at"), self._zone)
        except Unreadable as unreadable:
            raise Unusable(column="scraped_at", reason=str(unreadable)) from None
        if told is None:
            raise Unusable(column="scraped_at", reason="no time of reading")
        if told < tiktok.FIRST_POST:
            raise Unusable(column="scraped_at", reason=f"{told:%Y-%m-%d %H:%M:%S} UTC is before 2016")
        if told > self._now + CLOCK_SKEW:
            raise Unusable(
                column="scraped_at", reason=f"{told:%Y-%m-%d %H:%M:%S} UTC lies in the future; is the time zone right?"
            )
        return told

    def _posted_at(self, post_id: str) -> datetime | None:
        told = self._known("posted_at", lambda cell: cells.instant(cell, self._zone))
        if told is not None and not tiktok.FIRST_POST <= told <= self._now + CLOCK_SKEW:
            self._warn("posted_at", f"{told:%Y-%m-%d %H:%M:%S} UTC is no time between 2016 and now")
            told = None
        return told or tiktok.posted_at(post_id, self._now)

    def _profile(self) -> ProfileReading | None:
        counts = {name: self._known(name, cells.count) for name in PROFILE_COUNTERS if name in self._told}
        profile = ProfileReading(
            **counts,
            display_name=cells.text(self._told.get("display_name")),
            bio=cells.text(self._told.get("bio")),
            avatar_url=cells.link(self._told.get("avatar_url")),
        )
        return None if profile == ProfileReading() else profile

    def _post(self, handle: str, post_id: str, url: tiktok.PostUrl | None) -> Post:
        said = str(self._told.get("content_type") or "").strip().lower()
        kind: ContentType = "photo" if said in _PHOTO or (url and url.content_type == "photo") else "video"
        views, likes, comments, shares, saves = (self._known(name, cells.count) for name in COUNTERS)
        return Post(
            tiktok_video_id=post_id,
            url=tiktok.canonical_url(handle, post_id, kind),
            content_type=kind,
            posted_at=self._posted_at(post_id),
            title=cells.text(self._told.get("title")),
            author_handle=handle,
            thumbnail_url=cells.link(self._told.get("thumbnail_url")),
            duration_seconds=self._known("duration", cells.duration),
            views=views,
            likes=likes,
            comments=comments,
            shares=shares,
            saves=saves,
        )
