"""Targets of campaigns: whether the views wanted will be there in time.

`share` = (now - created_at) / (target_at - created_at), `pace` = total views / (target views * share). A target is
reached once the total is at or over it, and stays so until it is changed; else it is missed after `target_at`, on track
while less than 2 % of the time has passed or the pace is at least 1, behind from a pace of 0.70, at risk below. Without
`target_at` it is on track or reached. Ratios are exact fractions; whoever shows them rounds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil, floor

import msgspec

from trackagoat.events.catalogue.campaigns import TargetState

TICK = timedelta(microseconds=1)
JUST_STARTED = Fraction(2, 100)
BEHIND = Fraction(7, 10)


class Target(msgspec.Struct, frozen=True):
    """What a campaign shall reach, by when, and since when it tries; `reached`: it did, whatever the total is now."""

    views: int
    at: datetime | None
    created_at: datetime
    reached: bool = False

    @property
    def span(self) -> int:
        """Microseconds it has; 0 when there is no end, or none that lies ahead of the beginning."""
        return 0 if self.at is None else max(0, (self.at - self.created_at) // TICK)


class Standing(msgspec.Struct, frozen=True):
    """How a campaign stands: the part of the views and of the time that is there, and the one against the other."""

    state: TargetState
    done: Fraction
    share: Fraction | None
    pace: Fraction | None


def standing(target: Target, total: int, now: datetime) -> Standing:
    """How it stands at an instant, with that many views in all."""
    done = Fraction(total, target.views)
    if target.at is None:
        return Standing("reached" if target.reached or done >= 1 else "on_track", done, None, None)
    share = Fraction((now - target.created_at) // TICK, target.span) if target.span else Fraction(1)
    pace = done / share if share > 0 else None
    return Standing(_state(target, done, share, pace, now), done, share, pace)


def _state(target: Target, done: Fraction, share: Fraction, pace: Fraction | None, now: datetime) -> TargetState:
    if target.reached or done >= 1:
        return "reached"
    if target.at is not None and now > target.at:
        return "missed"
    if share < JUST_STARTED or pace is None or pace >= 1:
        return "on_track"
    return "behind" if pace >= BEHIND else "at_risk"


def turn(target: Target, total: int, now: datetime) -> datetime | None:
    """When it may next stand otherwise though nothing is read; None: never."""
    if target.at is None or target.reached or total >= target.views:
        return None
    done, span = Fraction(max(0, total), target.views), target.span
    shares = [ceil(JUST_STARTED * span), floor(done * span) + 1, floor(done / BEHIND * span) + 1]
    instants = [target.created_at + share * TICK for share in shares if share <= span]
    return min((at for at in (*instants, target.at + TICK) if at > now), default=None)


def better(target: Target, total: int, now: datetime) -> int:
    """The least total with which it would stand better now."""
    found = standing(target, total, now)
    match found.state:
        case "behind" if found.share:
            wanted = ceil(target.views * found.share)
        case "at_risk" if found.share:
            wanted = ceil(target.views * found.share * BEHIND)
        case _:
            wanted = target.views
    return min(target.views, wanted)
