"""Sourcing: which sources an org chose, how each source is doing, and when it may be asked again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from trackagoat.events.catalogue.ingest import JobKind, SourceOutcome
from trackagoat.events.catalogue.sources import ChooseSources, SourcesChosen, UnknownSource

STREAM = "sources"
"""The stream of an org's choices."""
UNTOLD_REST = timedelta(minutes=5)
"""How long a source rests that did not say how long."""
STRANGERS = 3
"""So many subjects in a row whose answers were not understood say that the source changed, not that one is odd."""
_PROBES = tuple(timedelta(minutes=m) for m in (15, 60, 240))


class Choice(msgspec.Struct, frozen=True):
    """What an org chose, by kind of job; a kind it chose nothing for is not in it."""

    sources: dict[str, list[str]] = {}


def decide(command: ChooseSources, choice: Choice, *, configured: Collection[str]) -> list[SourcesChosen]:
    """The choice, whole; nothing when it stands already."""
    unknown = [name for name in command.sources or () if name not in configured]
    if unknown:
        raise UnknownSource(unknown=unknown, configured=sorted(configured))
    wanted = None if command.sources is None else list(dict.fromkeys(command.sources))
    if wanted == choice.sources.get(command.kind):
        return []
    kept = {kind: names for kind, names in choice.sources.items() if kind != command.kind}
    return [SourcesChosen(**(kept if wanted is None else kept | {command.kind: wanted}))]


def evolve(_: Choice, event: SourcesChosen) -> Choice:
    """The event tells all of it."""
    kinds: tuple[JobKind, ...] = ("creator_profiles", "discover_videos", "video_stats")
    return Choice({kind: getattr(event, kind) for kind in kinds if getattr(event, kind) is not None})


class Standing(msgspec.Struct, frozen=True):
    """How a source is doing, for everyone: the last outcome that said something of the source itself, and when.

    `rests_until`: it asked for fewer calls. `broken_since`: answers of `strangers` were not understood since then,
    and none was understood; after enough of them it is asked again only at `probe_at`, the `probes`th time.
    """

    source: str
    outcome: SourceOutcome
    at: datetime
    detail: str = ""
    rests_until: datetime | None = None
    broken_since: datetime | None = None
    strangers: Sequence[str] = ()
    probes: int = 0
    probe_at: datetime | None = None


def after(  # noqa: PLR0913, PLR0917 - what is known of the source, and what one call to it came to
    standing: Standing | None,
    source: str,
    outcome: SourceOutcome,
    subject: str,
    now: datetime,
    detail: str = "",
    retry_after: float | None = None,
) -> Standing | None:
    """The standing after a call about `subject`; None when that says nothing new. `retry_after` is in seconds."""
    match outcome:
        case "error":
            return None
        case "ok" | "not_found" | "private":
            calm = standing is None or standing.outcome == "ok"
            return None if calm else Standing(source=source, outcome="ok", at=now)
        case "rate_limited":
            rest = UNTOLD_REST if retry_after is None else timedelta(seconds=retry_after)
            until = now + rest
            if standing is not None and standing.rests_until is not None:
                until = max(until, standing.rests_until)
            return _noted(standing, source, outcome, now, detail, rests_until=until)
        case "blocked":
            return _noted(standing, source, outcome, now, detail)
        case "schema_changed":
            return _broken(standing, source, subject, now, detail)


def _noted(
    standing: Standing | None,
    source: str,
    outcome: SourceOutcome,
    now: datetime,
    detail: str,
    **changes: object,
) -> Standing:
    known = standing or Standing(source=source, outcome=outcome, at=now)
    return msgspec.structs.replace(known, outcome=outcome, at=now, detail=detail, **changes)


def _broken(standing: Standing | None, source: str, subject: str, now: datetime, detail: str) -> Standing:
    known = standing or Standing(source=source, outcome="schema_changed", at=now)
    strangers = tuple(dict.fromkeys((*known.strangers, subject)))[:STRANGERS]
    probing = len(strangers) == STRANGERS and (known.probe_at is None or known.probe_at <= now)
    return msgspec.structs.replace(
        known,
        outcome="schema_changed",
        at=now,
        detail=detail,
        broken_since=known.broken_since or now,
        strangers=strangers,
        probes=known.probes + probing,
        probe_at=now + _PROBES[min(known.probes, len(_PROBES) - 1)] if probing else known.probe_at,
    )


def rests(standing: Standing | None, now: datetime) -> datetime | None:
    """Until when nobody asks the source because it wants fewer calls; None: it does not rest."""
    until = None if standing is None else standing.rests_until
    return until if until is not None and until > now else None


def passed_over(standing: Standing | None, now: datetime) -> datetime | None:
    """Until when the source is passed over because it broke; None: it is asked."""
    until = None if standing is None else standing.probe_at
    return until if until is not None and until > now else None
