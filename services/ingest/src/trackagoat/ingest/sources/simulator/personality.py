"""What kinds of creators there are, and which kind a handle is.

A handle that begins with the name of a kind and an underscore (`private_jane`, `Bursty_77`) is of that kind.
Any other handle is one of the kinds that answer, drawn from the seed by their `weight`.
"""

from __future__ import annotations

import msgspec

from trackagoat.events.catalogue.ingest import SourceOutcome
from trackagoat.ingest.sources.simulator.chance import throw

HOUR = 3600
DAY = 24 * HOUR


class Personality(msgspec.Struct, frozen=True, kw_only=True):
    """How an account behaves.

    Every `every` seconds it posts `batch` posts within `spread` seconds. `sizes` bounds how large its posts
    grow (0 to 255, see `fate.final_views`). `photos`, `viral`, `corrected` and `deleted` say how many in a
    thousand posts are carousels, catch fire a second time, lose counts to a correction, and are taken down.
    """

    name: str
    weight: int = 0
    every: int = 2 * DAY
    batch: int = 1
    spread: int = HOUR
    sizes: tuple[int, int] = (96, 176)
    photos: int = 100
    viral: int = 60
    corrected: int = 80
    deleted: int = 30
    pinned: int = 0
    answers: SourceOutcome = "ok"


KINDS: dict[str, Personality] = {
    kind.name: kind
    for kind in (
        Personality(name="steady", weight=40),
        Personality(name="daily", weight=20, every=DAY, spread=6 * HOUR),
        Personality(name="bursty", weight=12, every=9 * DAY, batch=6, spread=12 * HOUR, viral=150),
        Personality(name="quiet", weight=8, every=21 * DAY),
        Personality(name="mega", weight=5, every=DAY, sizes=(192, 255), viral=120, pinned=3),
        Personality(name="pinned", weight=5, pinned=3),
        Personality(name="carousel", weight=5, photos=1000),
        Personality(name="tidy", weight=5, every=DAY, deleted=400),
        Personality(name="corrected", corrected=1000),
        Personality(name="missing", answers="not_found"),
        Personality(name="private", answers="private"),
        Personality(name="limited", answers="rate_limited"),
        Personality(name="blocked", answers="blocked"),
        Personality(name="changed", answers="schema_changed"),
        Personality(name="failing", answers="error"),
    )
}
_drawn = [kind for kind in KINDS.values() for _ in range(kind.weight)]


def personality(seed: str, handle: str) -> Personality:
    """The kind of account a handle is; spelling in capitals makes no difference."""
    key = handle.lower()
    named = KINDS.get(key.partition("_")[0]) if "_" in key else None
    return named or _drawn[throw(seed, "personality", key) % len(_drawn)]
