"""The life of one post, readable from its id: how large it grows, how fast, and what befalls it.

An id is 63 bits, as TikTok's: the posting time in Unix seconds (32), then size (8), marks (4) and noise (20).
All arithmetic is in whole numbers, so that every machine tells the same story.
"""

from __future__ import annotations

import msgspec

from trackagoat.events.catalogue.words import Counters
from trackagoat.ingest.sources.simulator.chance import between, throws
from trackagoat.ingest.sources.simulator.personality import DAY, HOUR

VIRAL, CORRECTED, DELETED, PHOTO = 1, 2, 4, 8

LONGEST_DOUBT = 30 * DAY
"""A post still there at this age is there to stay."""


def make_id(second: int, size: int, marks: int, noise: int) -> str:
    """The id of a post made at that Unix second."""
    return str(second << 32 | size << 24 | marks << 20 | noise & 0xFFFFF)


def final_views(size: int) -> int:
    """The views a post of this size comes to without a second wave: 128 to 8,126,464, doubling every 16 sizes."""
    return (16 + size % 16) << (size // 16 + 3)


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What is written in an id. Times are Unix seconds, `half_life` and ages seconds, shares parts per million."""

    born: int
    marks: int
    final: int
    half_life: int
    wave_age: int
    wave_final: int
    correction_age: int
    correction: int
    deleted_at: int | None
    likes: int
    comments: int
    shares: int
    saves: int


def fate(seed: str, tiktok_video_id: str) -> Fate:
    """The fate of any id, also of one that no simulated creator made."""
    number = int(tiktok_video_id)
    born, marks = number >> 32, number >> 20 & 0xF
    dice = throws(seed, "fate", tiktok_video_id)
    final = final_views(number >> 24 & 0xFF)
    return Fate(
        born=born,
        marks=marks,
        final=final,
        half_life=between(6 * HOUR, 48 * HOUR, dice[0]),
        wave_age=between(2 * DAY, 12 * DAY, dice[1]),
        wave_final=final * between(1, 5, dice[2]) if marks & VIRAL else 0,
        correction_age=between(DAY, 20 * DAY, dice[3]),
        correction=between(5_000, 40_000, dice[4]) if marks & CORRECTED else 0,
        deleted_at=born + between(DAY, LONGEST_DOUBT, dice[5]) if marks & DELETED else None,
        likes=between(30_000, 150_000, dice[6]),
        comments=between(500, 6_000, dice[7]),
        shares=between(1_000, 15_000, dice[8]),
        saves=between(3_000, 30_000, dice[9]),
    )


def is_visible(fate: Fate, second: int) -> bool:
    """Whether the post is out and not yet taken down."""
    return fate.born <= second and (fate.deleted_at is None or second < fate.deleted_at)


def counters(fate: Fate, second: int) -> Counters:
    """The true counters at a Unix second: they rise fast and saturate, and fall only where a correction falls."""
    views = _views(fate, second - fate.born)
    return Counters(
        views=views,
        likes=views * fate.likes // 1_000_000,
        comments=views * fate.comments // 1_000_000,
        shares=views * fate.shares // 1_000_000,
        saves=views * fate.saves // 1_000_000,
    )


def _views(fate: Fate, age: int) -> int:
    views = _risen(fate, age)
    if age >= fate.correction_age:
        views -= _risen(fate, fate.correction_age) * fate.correction // 1_000_000
    return views


def _risen(fate: Fate, age: int) -> int:
    first = max(age, 0)
    second = max(age - fate.wave_age, 0)
    return fate.final * first // (first + fate.half_life) + fate.wave_final * second // (second + fate.half_life)
