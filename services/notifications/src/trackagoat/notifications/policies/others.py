"""Alerts about creators, campaigns and people: what the other services say, by the tag they say it under.

A tag that no service of this program says is no fault: its alerts begin with the service that does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from trackagoat.events.catalogue.ingest import CreatorErased
from trackagoat.events.catalogue.notifications import AlertKind, AlertsForgotten, ClearAlert, RaiseAlert, Subject
from trackagoat.events.catalogue.words import Json, ProjectId
from trackagoat.events.codec import EVENTS
from trackagoat.events.effects import Decide, Effect, Record
from trackagoat.events.envelope import Heard
from trackagoat.notifications.domain.alerts import SEVERITY
from trackagoat.notifications.domain.figures import number
from trackagoat.notifications.domain.phrases import instant

Told = Iterator[RaiseAlert | ClearAlert]


def other_alerts(page: Sequence[Heard[Any]]) -> Iterator[Effect]:
    """What each fact tells, or takes back, org by org."""
    for fact in sorted(page, key=lambda fact: fact.org):
        for n, command in enumerate(TELLS[fact.event.tag()](fact.event)):
            yield Decide.after(fact, command, key=f"alert/{fact.id}/{n}")


def forgotten(page: Sequence[Heard[CreatorErased]]) -> Iterator[Effect]:
    """Say that alerts name the creator no longer: what is in the stream before that is purged."""
    for fact in page:
        creator = fact.event.creator
        yield Record(fact.org, f"alerts-{creator}", AlertsForgotten(creator=creator), key=f"forgotten/{creator}")


def _raise(
    kind: AlertKind, entity: Subject, occasion: str, payload: dict[str, Json], project: ProjectId | None = None
) -> RaiseAlert:
    return RaiseAlert(
        kind=kind, severity=SEVERITY[kind], entity=entity, occasion=occasion, payload=payload, project=project
    )


def _of_creator(kind: AlertKind, event: Any, occasion: str, payload: dict[str, Json]) -> RaiseAlert:
    handle = getattr(event, "tiktok_handle", None)
    entity = Subject("creator", event.creator, None if handle is None else f"@{handle}")
    about = {"creator_id": str(event.creator)} | payload
    return RaiseAlert(
        kind=kind,
        severity=SEVERITY[kind],
        entity=entity,
        occasion=occasion,
        payload=about,
        project=event.project,
        creator=event.creator,
    )


def _auto_disabled(event: Any) -> Told:
    since = instant(event.first_failure_at)
    failed = {"reason": event.reason, "failures": event.failures, "first_failure_at": since}
    yield _of_creator("creator_auto_disabled", event, since, {"tiktok_handle": event.tiktok_handle} | failed)


def _gap_found(event: Any) -> Told:
    span = {"gap_from": instant(event.gap_from), "gap_to": instant(event.gap_to)}
    read = {"posts_read": event.posts_read, "outcome": event.outcome}
    yield _of_creator("discovery_gap", event, span["gap_from"], span | read)


def _gap_closed(event: Any) -> Told:
    yield ClearAlert(kind="discovery_gap", entity=event.creator, occasion=instant(event.gap_from))


def _milestone(event: Any) -> Told:
    reached = {"milestone": event.milestone, "follower_count": event.follower_count}
    yield _of_creator("follower_milestone", event, str(event.milestone), reached)


def _target(event: Any) -> dict[str, Json]:
    at = None if event.target_at is None else instant(event.target_at)
    numbers = {"target_views": event.target_views, "total_views": event.total_views}
    return {"campaign_id": str(event.campaign)} | numbers | {"target_at": at}


def _target_reached(event: Any) -> Told:
    reached = instant(event.reached_at)
    payload = _target(event) | {"reached_at": reached}
    entity = Subject("campaign", event.campaign, event.name)
    yield ClearAlert(kind="campaign_target_at_risk", entity=event.campaign)
    yield _raise("campaign_target_reached", entity, reached, payload, event.project)


def _target_changed(event: Any) -> Told:
    """At risk until it is something else again."""
    if event.to != "at_risk":
        yield ClearAlert(kind="campaign_target_at_risk", entity=event.campaign)
        return
    payload = _target(event) | {"pace": number(event.pace)}
    entity = Subject("campaign", event.campaign, event.name)
    yield _raise("campaign_target_at_risk", entity, "", payload, event.project)


def _campaign_gone(event: Any) -> Told:
    yield ClearAlert(kind="campaign_target_at_risk", entity=event.campaign)


def _invited(event: Any) -> Told:
    """To whoever has an account with that address, and to nobody else."""
    if event.known is not None:
        payload = {"invitation_id": str(event.invitation), "org_name": event.org_name, "role": event.role}
        yield RaiseAlert(
            kind="invitation_received",
            severity=SEVERITY["invitation_received"],
            entity=Subject("invitation", event.invitation, event.org_name),
            payload=payload | {"expires_at": instant(event.expires_at)},
            user=event.known,
        )


def _invitation_over(event: Any) -> Told:
    yield ClearAlert(kind="invitation_received", entity=event.invitation)


def _invitation_accepted(event: Any) -> Told:
    who = {"invitation_id": str(event.invitation), "user_id": str(event.user), "email": event.email}
    payload = who | {"role": event.role}
    yield from _invitation_over(event)
    yield RaiseAlert(
        kind="invitation_accepted",
        severity=SEVERITY["invitation_accepted"],
        entity=Subject("invitation", event.invitation, "Somebody"),
        payload=payload,
        for_admins=True,
    )


TELLS: Mapping[str, Callable[[Any], Told]] = {
    "creator.auto_disabled.v1": _auto_disabled,
    "discovery.gap_found.v1": _gap_found,
    "discovery.gap_closed.v1": _gap_closed,
    "creator.follower_milestone.v1": _milestone,
    "campaign.target_reached.v1": _target_reached,
    "campaign.target_state_changed.v1": _target_changed,
    "campaign.deleted.v1": _campaign_gone,
    "invitation.created.v1": _invited,
    "invitation.resent.v1": _invited,
    "invitation.accepted.v1": _invitation_accepted,
    "invitation.declined.v1": _invitation_over,
    "invitation.revoked.v1": _invitation_over,
    "invitation.expired.v1": _invitation_over,
}
OtherFacts: Any = reduce(or_, [EVENTS[tag] for tag in TELLS if tag in EVENTS])
"""The facts that tell something, of those this program knows."""
