"""Whom an alert reaches: the rules of an org, laid over its channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from trackagoat.events.catalogue.notifications import AlertKind, ChannelKind, Digest, QuietHours, Routing, Wait
from trackagoat.events.catalogue.words import ChannelId, ProjectId, Severity
from trackagoat.notifications.domain import hours

OFF: Final[frozenset[AlertKind]] = frozenset({"goal_behind_pace", "advisory_cleared"})
"""Kinds that reach only rules that name them."""
ORDER: Final[Sequence[Severity]] = ("info", "warning", "critical")
DIGESTS: Final[Sequence[Digest]] = ("immediate", "hourly", "daily")


class Rule(msgspec.Struct, frozen=True):
    """A rule as it applies. None stands for all projects, and for all kinds that are not off."""

    projects: list[UUID] | None
    kinds: list[str] | None
    min_severity: Severity
    channels: list[ChannelId]
    digest: Digest
    quiet_hours: QuietHours | None


class Way(msgspec.Struct, frozen=True):
    """A channel that is on."""

    channel: ChannelId
    kind: ChannelKind


class Occurrence(msgspec.Struct, frozen=True):
    """What rules look at of an alert. `timezone` is the org's."""

    kind: AlertKind
    severity: Severity
    project: ProjectId | None
    at: datetime
    timezone: str


def route(what: Occurrence, rules: Sequence[Rule], ways: Sequence[Way]) -> Routing:
    """Each channel gets the alert once, by the most immediate digest of the rules that match.

    The bell rings at once, whatever the digest: it wakes nobody and is a list already.
    """
    best: dict[ChannelId, tuple[int, datetime]] = {}
    kinds = {way.channel: way.kind for way in ways}
    for rule in rules:
        if not matches(rule, what):
            continue
        for channel in rule.channels:
            if channel in kinds:
                when = DIGESTS.index(rule.digest), _goes_out(rule, what, kinds[channel])
                best[channel] = min(best.get(channel, when), when)
    outward = {channel: at for channel, (_, at) in sorted(best.items()) if kinds[channel] != "in_app"}
    return Routing(
        bell=any(kinds[channel] == "in_app" for channel in best),
        channels=[channel for channel, at in outward.items() if at <= what.at],
        waits=[Wait(channel, at.astimezone(UTC)) for channel, at in outward.items() if at > what.at],
    )


def matches(rule: Rule, what: Occurrence) -> bool:
    """Does the rule concern it? What belongs to no project concerns only rules for all of them."""
    if rule.projects is not None and what.project not in rule.projects:
        return False
    if ORDER.index(what.severity) < ORDER.index(rule.min_severity):
        return False
    return what.kind not in OFF if rule.kinds is None else what.kind in rule.kinds


def _goes_out(rule: Rule, what: Occurrence, kind: ChannelKind) -> datetime:
    """When, by this rule. What is critical does not wait for the end of quiet hours."""
    if kind == "in_app":
        return what.at
    quiet = rule.quiet_hours
    zone = ZoneInfo(quiet.timezone if quiet and quiet.timezone else what.timezone)
    at = hours.digest_at(rule.digest, what.at, zone)
    if quiet is None or what.severity == "critical":
        return at
    return hours.quiet_until(quiet, at, zone) or at
