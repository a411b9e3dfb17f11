"""When messages go out: on the hour, at eight, after the quiet; on days of 23 and 25 hours too."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from trackagoat.events.catalogue.notifications import AlertKind, Digest, QuietHours, Routing, Wait
from trackagoat.events.catalogue.words import ChannelId, ProjectId, Severity
from trackagoat.notifications.domain.hours import digest_at, quiet_until, readable
from trackagoat.notifications.domain.routing import Occurrence, Rule, Way, route

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
BELL, HOOK, MAIL = (ChannelId(UUID(int=n)) for n in (1, 2, 3))
WAYS = [Way(BELL, "in_app"), Way(HOOK, "webhook"), Way(MAIL, "email")]
ONE, TWO = ProjectId(UUID(int=11)), ProjectId(UUID(int=12))
NIGHT = QuietHours("22:00", "07:00", "Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("digest", "zone", "now", "goes_out"),
    [
        ("immediate", BERLIN, "2026-03-10T08:30:00Z", "2026-03-10T08:30:00Z"),
        ("hourly", BERLIN, "2026-03-10T08:30:00Z", "2026-03-10T09:00:00Z"),
        ("hourly", BERLIN, "2026-03-10T08:00:00Z", "2026-03-10T09:00:00Z"),
        ("hourly", KOLKATA, "2026-03-10T08:10:00Z", "2026-03-10T08:30:00Z"),
        ("daily", BERLIN, "2026-03-10T06:59:00Z", "2026-03-10T07:00:00Z"),
        ("daily", BERLIN, "2026-03-10T07:00:00Z", "2026-03-11T07:00:00Z"),
        ("daily", BERLIN, "2026-03-28T20:00:00Z", "2026-03-29T06:00:00Z"),
        ("daily", BERLIN, "2026-10-24T20:00:00Z", "2026-10-25T07:00:00Z"),
        ("hourly", BERLIN, "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"),
        ("hourly", BERLIN, "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"),
        ("hourly", BERLIN, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"),
    ],
)
def test_digests_go_out_by_the_clock_on_the_wall(digest: Digest, zone: ZoneInfo, now: str, goes_out: str) -> None:
    assert digest_at(digest, at(now), zone) == at(goes_out)


@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        ("22:00", "07:00", "2026-03-10T21:00:00Z", "2026-03-11T06:00:00Z"),
        ("22:00", "07:00", "2026-03-10T05:59:59Z", "2026-03-10T06:00:00Z"),
        ("22:00", "07:00", "2026-03-10T06:00:00Z", None),
        ("22:00", "07:00", "2026-03-10T20:59:59Z", None),
        ("12:00", "13:00", "2026-03-10T11:30:00Z", "2026-03-10T12:00:00Z"),
        ("12:00", "13:00", "2026-03-10T12:00:00Z", None),
        ("22:00", "07:00", "2026-03-28T22:30:00Z", "2026-03-29T05:00:00Z"),
        ("22:00", "07:00", "2026-10-24T22:30:00Z", "2026-10-25T06:00:00Z"),
        ("22:00", "02:30", "2026-03-29T00:10:00Z", "2026-03-29T01:30:00Z"),
        ("22:00", "02:30", "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
        ("22:00", "02:30", "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z"),
    ],
)
def test_quiet_hours_end_when_the_wall_says_so(start: str, end: str, now: str, until: str | None) -> None:
    assert quiet_until(QuietHours(start, end), at(now), BERLIN) == (None if until is None else at(until))


def test_quiet_hours_are_two_times_in_a_timezone_there_is() -> None:
    assert readable(NIGHT)
    assert readable(QuietHours("22:00", "07:00"))
    for start, end, zone in (("22:00", "22:00", None), ("24:00", "07:00", None), ("9:00", "10:00", None)):
        assert not readable(QuietHours(start, end, zone))
    assert not readable(QuietHours("22:00", "07:00", "Berlin/Europe"))
    assert not readable(QuietHours("22:00", "07:00", "../../etc/passwd"))


def rule(*channels: ChannelId, digest: Digest = "immediate", quiet: QuietHours | None = None, **more: object) -> Rule:
    fields = {"projects": None, "kinds": None, "min_severity": "info"} | more
    return Rule(**fields, channels=list(channels), digest=digest, quiet_hours=quiet)  # type: ignore[arg-type]


def routed(
    *rules: Rule,
    kind: AlertKind = "goal_missed",
    severity: Severity = "warning",
    project: ProjectId | None = ONE,
    now: str = "2026-03-10T22:30:00Z",
) -> Routing:
    return route(Occurrence(kind, severity, project, at(now), "Europe/Berlin"), rules, WAYS)


def test_an_alert_reaches_what_its_rules_name_once() -> None:
    assert routed(rule(BELL, HOOK), rule(HOOK, MAIL)) == Routing(bell=True, channels=[HOOK, MAIL])
    assert routed(rule(HOOK)) == Routing(bell=False, channels=[HOOK])
    assert routed() == Routing(bell=False)


def test_rules_look_at_project_kind_and_severity() -> None:
    assert routed(rule(HOOK, projects=[TWO])).channels == []
    assert routed(rule(HOOK, projects=[ONE])).channels == [HOOK]
    assert routed(rule(HOOK, projects=[ONE]), project=None).channels == []
    assert routed(rule(HOOK, kinds=["goal_completed"])).channels == []
    assert routed(rule(HOOK, min_severity="critical")).channels == []
    assert routed(rule(HOOK, min_severity="warning")).channels == [HOOK]


def test_a_kind_that_is_off_reaches_only_rules_that_name_it() -> None:
    assert routed(rule(HOOK), kind="goal_behind_pace", severity="info").channels == []
    named = rule(HOOK, kinds=["goal_behind_pace"])
    assert routed(named, kind="goal_behind_pace", severity="info").channels == [HOOK]


def test_the_most_immediate_digest_counts_and_the_bell_rings_at_once() -> None:
    assert routed(rule(HOOK, digest="daily"), rule(HOOK)).channels == [HOOK]
    both = routed(rule(HOOK, digest="daily"), rule(HOOK, digest="hourly"))
    assert both.waits == [Wait(HOOK, at("2026-03-10T23:00:00Z"))]
    assert routed(rule(BELL, digest="daily")) == Routing(bell=True)


def test_quiet_hours_hold_back_what_is_not_critical() -> None:
    quiet = rule(BELL, HOOK, quiet=NIGHT)
    assert routed(quiet) == Routing(bell=True, waits=[Wait(HOOK, at("2026-03-11T06:00:00Z"))])
    assert routed(quiet, severity="critical", kind="webhook_disabled").channels == [HOOK]
    assert routed(quiet, now="2026-03-10T12:00:00Z").channels == [HOOK]
    late = rule(HOOK, digest="daily", quiet=QuietHours("07:00", "09:00"))
    assert routed(late).waits == [Wait(HOOK, at("2026-03-11T08:00:00Z"))]
