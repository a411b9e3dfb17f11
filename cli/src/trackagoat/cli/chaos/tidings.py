"""Judging what was told: status changes, alerts, their deliveries, and what arrived at the endpoints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from trackagoat.cli.chaos.evidence import Evidence
from trackagoat.events.catalogue.goals import (
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalPeriodClosed,
    GoalStatusChanged,
)
from trackagoat.events.catalogue.notifications import AlertRaised

QUARTER = Decimal("0.25")
WHILE_RUNNING = frozenset({"at_risk", "behind_pace"})
ADVISED = frozenset({"period_recently_ended", "scrape_stale"})
REASONS = {
    "creator_auto_disabled": ("ingest", "creator.auto_disabled.v1", "creator"),
    "discovery_gap": ("ingest", "discovery.gap_found.v1", "creator"),
    "follower_milestone": ("ingest", "creator.follower_milestone.v1", "creator"),
    "campaign_target_reached": ("campaigns", "campaign.target_reached.v1", "campaign"),
    "campaign_target_at_risk": ("campaigns", "campaign.target_state_changed.v1", "campaign"),
}
"""By kind of alert, the fact it needs, who says that, and what it is about."""
OFF = frozenset({"goal_behind_pace", "advisory_cleared"})
"""Kinds of alerts that only rules get which name them."""


def complaints(evidence: Evidence) -> Iterator[str]:
    """Everything told wrongly, one sentence each."""
    yield from _status_chain(evidence)
    expected = Expected(evidence)
    yield from _alerts(evidence, expected)
    yield from _others(evidence)
    yield from _arrivals(evidence)


def _status_chain(evidence: Evidence) -> Iterator[str]:
    """Each change of a status starts where the one before it ended."""
    known: dict[tuple[UUID, datetime], str] = {}
    for fact in evidence.facts["goals"]:
        e: Any = fact.event
        match e:
            case GoalPeriodClosed():
                if known.get((e.goal, e.period_end)):
                    yield f"goal {e.goal}: the period from {e.period_start} was closed after the next one had begun"
                known[e.goal, e.period_start] = e.status
            case GoalStatusChanged():
                before = known.get((e.goal, e.period_start), "on_track")
                if e.from_ != before:
                    yield f"goal {e.goal}: its status went from {e.from_} to {e.to}, but it was {before}"
                known[e.goal, e.period_start] = e.to
            case _:
                pass  # it says nothing about this


class Expected:
    """The alerts that goals' facts must lead to, in their order."""

    def __init__(self, evidence: Evidence) -> None:
        """Go through the facts of goals. What waits for a quarter of its period may or may not be told yet."""
        self.raised: dict[UUID, UUID] = {}
        self.cleared: set[UUID] = set()
        self.possible: set[UUID] = set()
        self._open: dict[tuple[UUID, str], UUID] = {}
        self._times: Counter[tuple[UUID, str]] = Counter()
        for fact in evidence.facts["goals"]:
            self._hear(fact.org, fact.event, evidence.now)

    def _hear(self, org: UUID, e: Any, now: datetime) -> None:
        match e:
            case GoalStatusChanged() if e.to in {"completed", "missed"}:
                self._tell(org, e, f"goal_{e.to}")
            case GoalStatusChanged() if e.to in WHILE_RUNNING and e.share >= QUARTER:
                self._tell(org, e, f"goal_{e.to}")
            case GoalStatusChanged() if e.to in WHILE_RUNNING:
                if e.period_start + (e.period_end - e.period_start) / 4 <= now:
                    self.possible.add(_alert_id(e.goal, _occasion(f"goal_{e.to}", e.period_start), 0))
            case GoalPeriodClosed():
                self._tell(org, e, "goal_completed" if e.status == "completed" else "goal_missed")
            case GoalAdvisoryRaised() if e.flag in ADVISED:
                self._advise(org, e, "advisory_raised", "advisory_cleared")
            case GoalAdvisoryCleared() if e.flag in ADVISED:
                self._advise(org, e, "advisory_cleared", "advisory_raised")
            case _:
                pass  # it says nothing about this

    def _advise(self, org: UUID, e: Any, kind: str, other: str) -> None:
        """One of the two is raised, and takes back the other."""
        self._raise(org, e.goal, _occasion(f"{kind}/{e.flag}", e.period_start))
        self._clear(e.goal, _occasion(f"{other}/{e.flag}", e.period_start))

    def _tell(self, org: UUID, e: Any, kind: str) -> None:
        if kind == "goal_completed":
            self._clear(e.goal, _occasion("goal_missed", e.period_start))
        self._raise(org, e.goal, _occasion(kind, e.period_start))

    def _clear(self, goal: UUID, occasion: str) -> None:
        standing = self._open.pop((goal, occasion), None)
        self.cleared |= {standing} if standing else set()

    def _raise(self, org: UUID, goal: UUID, occasion: str) -> None:
        about = (goal, occasion)
        if about not in self._open:
            self._open[about] = _alert_id(*about, self._times[about])
            self._times[about] += 1
            self.raised[self._open[about]] = org


def _occasion(kind: str, at: datetime) -> str:
    precision = "milliseconds" if at.microsecond else "seconds"
    return f"{kind}/{at.astimezone(UTC).isoformat(timespec=precision).replace('+00:00', 'Z')}"


def _alert_id(goal: UUID, occasion: str, times: int) -> UUID:
    return uuid5(goal, f"{occasion}/{times}")


def _alerts(evidence: Evidence, expected: Expected) -> Iterator[str]:
    said: defaultdict[str, list[UUID]] = defaultdict(list)
    others: list[UUID] = []
    for fact in evidence.facts["notifications"]:
        if fact.tag in {"alert.raised.v1", "alert.cleared.v1"}:
            e: Any = fact.event
            if e.kind in REASONS:
                others += [e.alert] if fact.tag == "alert.raised.v1" else []
                continue
            said[fact.tag].append(e.alert)
            if expected.raised.get(e.alert, fact.org) != fact.org:
                yield f"alert {e.alert} was raised for another organization"
    raised = Counter(said["alert.raised.v1"])
    yield from (f"alert {alert} was never raised" for alert in expected.raised.keys() - raised.keys())
    known = expected.raised.keys() | expected.possible
    yield from (f"alert {alert} was raised without a reason" for alert in raised.keys() - known)
    every = raised + Counter(others)
    yield from (f"alert {alert} was raised {count} times" for alert, count in every.items() if count > 1)
    if set(said["alert.cleared.v1"]) != expected.cleared or len(said["alert.cleared.v1"]) != len(expected.cleared):
        yield f"{len(said['alert.cleared.v1'])} alerts were cleared, {len(expected.cleared)} had to be"
    shown = Counter(row["alert"] for row in evidence.rows["notifications.alerts"])
    if shown != every:
        yield "notifications.alerts does not show the alerts that were raised"


def _others(evidence: Evidence) -> Iterator[str]:
    """Alerts that are not about goals: each for a fact about the same thing, each such fact told of."""
    for kind, (service, tag, field) in REASONS.items():
        facts = evidence.facts[service]
        wanted = {getattr(f.event, field): f.org for f in facts if _tells(f.tag, f.event, tag)}
        alerts = [(f.event, f.org) for f in evidence.facts["notifications"]]
        told = {(e.entity.id, org) for e, org in alerts if isinstance(e, AlertRaised) and e.kind == kind}
        ones = {one for one, _ in told}
        yield from (f"alert {kind} of {one} was never raised" for one in wanted.keys() - ones)
        yield from (f"alert {kind} of {one} was raised without a reason" for one in ones - wanted.keys())
        crossed = (one for one, org in told if wanted.get(one, org) != org)
        yield from (f"alert {kind} of {one} was raised for another organization" for one in crossed)


def _tells(tag: str, event: Any, wanted: str) -> bool:
    return tag == wanted and (tag != "campaign.target_state_changed.v1" or event.to == "at_risk")


def _arrivals(evidence: Evidence) -> Iterator[str]:
    """Every alert reached every webhook of its org, under one id each; nothing else arrived anywhere."""
    due = _due(evidence)
    ids = {endpoint: {f"msg_{delivery.hex}" for delivery in deliveries} for endpoint, deliveries in due.items()}
    rows = {row["delivery"]: row["status"] for row in evidence.rows["notifications.deliveries"]}
    planned = {delivery for deliveries in due.values() for delivery in deliveries}
    yield from (f"delivery {one} was never planned" for one in planned - rows.keys())
    yield from (f"delivery {one} is of no alert" for one in rows.keys() - planned)
    yield from (f"delivery {one} is {rows[one]}" for one in planned & rows.keys() if rows[one] != "succeeded")
    for endpoint, expected in ids.items():
        got = {r.webhook_id for r in evidence.received if r.endpoint == endpoint and r.taken}
        yield from (f"endpoint {endpoint} never took {one}" for one in expected - got)
        early = {r.webhook_id for r in evidence.received[: evidence.early] if r.endpoint == endpoint}
        yield from (f"endpoint {endpoint} got {one}, which is not for it" for one in early - expected)
    bodies: defaultdict[str, set[bytes]] = defaultdict(set)
    for received in evidence.received:
        bodies[received.webhook_id].add(received.body)
    yield from (f"message {id} said different things" for id, said in bodies.items() if len(said) > 1)


def _due(evidence: Evidence) -> dict[str, set[UUID]]:
    """By endpoint, the deliveries it must get: the one rule sends everything that is on by default to all of them."""
    channels: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in evidence.rows["notifications.channel_settings"]:
        if row["channel"] in evidence.endpoints:
            channels[row["org"]].add(row["channel"])
    due: dict[str, set[UUID]] = {endpoint: set() for endpoint in evidence.endpoints.values()}
    for row in (row for row in evidence.rows["notifications.alerts"] if row["kind"] not in OFF):
        for channel in channels[row["org"]]:
            due[evidence.endpoints[channel]].add(uuid5(channel, str(row["alert"])))
    return due
