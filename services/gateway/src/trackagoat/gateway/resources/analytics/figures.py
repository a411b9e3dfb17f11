"""Figures of a bucket: what was gained in it and what the levels were at its end, from rows that say differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import reduce
from operator import add, sub

import msgspec

from trackagoat.gateway.reads.ingest.series import GainRow, PostRow
from trackagoat.gateway.resources.analytics.buckets import Bucket

ORDER = ("views", "likes", "comments", "shares", "saves", "followers")
"""The figures, in the order of the lists of a row."""

Four = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...], tuple[int, ...]]
_ZEROS = (0,) * len(ORDER)
NOTHING: Four = (_ZEROS, _ZEROS, _ZEROS, _ZEROS)


class Members(msgspec.Struct, frozen=True):
    """What an entity sums over: how many counted videos and how many creators."""

    videos: int
    creators: int


class Figures(msgspec.Struct, frozen=True):
    """One bucket of one entity. `gains` and `levels` are None where nothing was ever known by the end of it.

    A level with nothing to sum over is 0. `posted` is how many posts there were by the end.
    """

    gains: tuple[int | None, ...]
    levels: tuple[int | None, ...]
    baselines: tuple[bool, ...]
    posts: int
    posted: int
    days: int
    is_future: bool

    def gain(self, figure: str) -> int | None:
        """What was gained; None when unknown."""
        return self.posts if figure == "posts" else self.gains[ORDER.index(figure)]

    def level(self, figure: str) -> int | None:
        """The level at the end; None when unknown."""
        return self.posted if figure == "posts" else self.levels[ORDER.index(figure)]

    def baseline(self, figure: str) -> bool:
        """Whether a first value in it gained nothing."""
        return figure != "posts" and self.baselines[ORDER.index(figure)]


class Tally(msgspec.Struct, frozen=True):
    """Rows of one entity by bin: gained, base, firsts and baselines of each figure, and posts.

    The bins are those between the bounds of buckets: before the first, the first, before the second, the second, ….
    """

    gains: list[Four]
    posts: list[int]

    def without(self, others: Iterable[Tally]) -> Tally:
        """What is left of it when these are taken out."""
        left = self.gains
        for other in others:
            left = [_each(sub, one, gone) for one, gone in zip(left, other.gains, strict=True)]
        return Tally(left, self.posts)

    def as_one(self, begin: int) -> Tally:
        """The bins from `begin` on as one bucket, and all before it as what came before."""
        parts = (self.gains[:begin], self.gains[begin:])
        return Tally(
            [reduce(_added, part, NOTHING) for part in parts], [sum(self.posts[:begin]), sum(self.posts[begin:])]
        )


def tally(gains: Iterable[GainRow], posts: Iterable[PostRow], bins: int) -> Tally:
    """The rows of one entity."""
    found: list[Four] = [NOTHING] * bins
    for row in gains:
        lists: Four = (tuple(row.gained), tuple(row.base), tuple(row.firsts), tuple(row.baselines))
        found[row.bin] = _each(add, found[row.bin], lists)
    posted = [0] * bins
    for one in posts:
        posted[one.bin] += one.posts
    return Tally(found, posted)


def figures(rows: Tally, buckets: Sequence[Bucket], members: Members, today: date) -> list[Figures]:
    """The figures of each bucket, from the rows of its bin and all before it."""
    levels, known, posted = (0,) * len(ORDER), (0,) * len(ORDER), 0
    none = (*[members.videos == 0] * (len(ORDER) - 1), members.creators == 0)
    found = []
    for nth, bucket in enumerate(buckets):
        for gained, base, firsts, _ in rows.gains[2 * nth : 2 * nth + 2]:
            levels = tuple(level + gain + set_ for level, gain, set_ in zip(levels, gained, base, strict=True))
            known = tuple(map(add, known, firsts))
        posted += sum(rows.posts[2 * nth : 2 * nth + 2])
        gains, _, _, flags = rows.gains[2 * nth + 1]
        found.append(
            Figures(
                gains=tuple(gain if n else None for gain, n in zip(gains, known, strict=True)),
                levels=tuple(v if n else 0 if no else None for v, n, no in zip(levels, known, none, strict=True)),
                baselines=tuple(flag > 0 for flag in flags),
                posts=rows.posts[2 * nth + 1],
                posted=posted,
                days=bucket.days_until(today),
                is_future=bucket.is_future(today),
            )
        )
    return found


def _added(one: Four, other: Four) -> Four:
    return _each(add, one, other)


def _each(operation: Callable[[int, int], int], one: Four, other: Four) -> Four:
    gained, base, firsts, baselines = (tuple(map(operation, a, b)) for a, b in zip(one, other, strict=True))
    return gained, base, firsts, baselines
