"""What is watched because time or a count makes an alert of it. Whatever may have changed that is looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from trackagoat.events import due
from trackagoat.events.catalogue.campaigns import (
    CampaignCreated,
    CampaignDeleted,
    CampaignItemAdded,
    CampaignItemRemoved,
)
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorErased,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    RosterClosed,
    ScrapeRequested,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import CreatorId
from trackagoat.events.catalogue.workspace import (
    ApiKeyCreated,
    ApiKeyRevoked,
    InvitationAccepted,
    InvitationCreated,
    InvitationDeclined,
    InvitationExpired,
    InvitationResent,
    InvitationRevoked,
    MemberJoined,
    MemberRemoved,
    OrgBanned,
    OrgCreated,
    OrgTierChanged,
    OrgUnbanned,
    OrgUpdated,
    ProjectCreated,
    ProjectDeleted,
)
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.notifications.domain.watching import WATCH, inbox, limits, midnight, overdue
from trackagoat.notifications.store import watched as rows

TermFacts = OrgCreated | OrgUpdated | OrgTierChanged | OrgBanned | OrgUnbanned
CreatorFacts = (
    CreatorAdded
    | CreatorReactivated
    | CreatorReenabled
    | CreatorAutoDisabled
    | CreatorRemoved
    | CreatorErased
    | RosterClosed
)
PostFacts = (
    VideoDiscovered
    | VideoAdded
    | VideoReviewed
    | VideoRemoved
    | VideoRestored
    | VideoUpdated
    | VideoTrackingDisabled
    | VideoTrackingEnabled
)
ReadingFacts = CreatorFacts | PostFacts | StatsSnapshotted
InvitationFacts = (
    InvitationCreated
    | InvitationResent
    | InvitationAccepted
    | InvitationDeclined
    | InvitationRevoked
    | InvitationExpired
)
SeatFacts = MemberJoined | MemberRemoved | InvitationFacts
PlaceFacts = ProjectCreated | ProjectDeleted | CampaignCreated | CampaignDeleted
HoldFacts = (
    SeatFacts | PlaceFacts | ApiKeyCreated | ApiKeyRevoked | CampaignItemAdded | CampaignItemRemoved | ScrapeRequested
)


def terms(page: Sequence[Heard[TermFacts]]) -> Iterator[Write]:
    """Plans, and how often creators are to be read: both move what is overdue, a plan moves limits too."""
    for fact in page:
        match fact.event:
            case OrgCreated() as e:
                yield rows.add_org(fact.org, e.tier, e.creator_profiles_hours, e.discover_videos_hours)
            case OrgUpdated() as e:
                yield rows.change_org(fact.org, None, e.creator_profiles_hours, e.discover_videos_hours)
            case OrgTierChanged() as e:
                yield rows.change_org(fact.org, e.after, None, None)
            case OrgBanned():
                yield rows.rest_org(fact.org, None)
            case OrgUnbanned():
                yield rows.rest_org(fact.org, fact.at)
    latest = {fact.org: fact.at for fact in page}
    yield from (rows.rouse_all(org, latest[org]) for org in sorted(latest))
    yield from _looks((limits(fact.org), fact) for fact in page)


def readings(page: Sequence[Heard[ReadingFacts]]) -> Iterator[Write]:
    """Creators that are read, posts that wait for a decision or were added by hand, and when something was seen.

    Readings are many: they touch a row each, and work only where something was overdue.
    """
    snapshots = [fact.event for fact in page if isinstance(fact.event, StatsSnapshotted)]
    others = [fact for fact in page if not isinstance(fact.event, StatsSnapshotted)]
    for fact in others:
        match fact.event:
            case event if isinstance(event, CreatorFacts):
                yield from _creator(fact, event)
            case event if isinstance(event, PostFacts):
                yield from _post(fact, event)
            case _:
                pass
    yield from _seen(snapshots)
    yield from _looks((what, fact) for fact in others for what in _concerned(fact))


def _creator(fact: Heard[ReadingFacts], event: CreatorFacts) -> Iterator[Write]:
    match event:
        case RosterClosed():
            yield rows.close_project(event.project)
        case CreatorAdded() | CreatorReenabled():
            yield rows.track(fact.org, event.creator, event.project, fact.at)
        case CreatorReactivated():
            yield rows.track(fact.org, event.creator, event.project, fact.at)
            yield rows.hide_posts(event.creator, False)
        case CreatorAutoDisabled():
            yield rows.untrack(event.creator)
        case CreatorRemoved() | CreatorErased():
            yield rows.untrack(event.creator)
            yield rows.hide_posts(event.creator, True)


def _post(fact: Heard[ReadingFacts], event: PostFacts) -> Iterator[Write]:
    match event:
        case VideoDiscovered(tracking_status="pending_review") as e:
            yield rows.add_post(fact.org, e.video, e.project, e.creator_id, fact.at, pending=True, added=False)
        case VideoDiscovered():
            return
        case VideoAdded() as e:
            yield rows.add_post(fact.org, e.video, e.project, e.creator_id, fact.at, pending=False, added=True)
        case VideoReviewed() as e:
            yield rows.change_post(e.video, pending=False, removed=None, refreshed=None)
        case VideoRemoved() as e:
            yield rows.change_post(e.video, pending=False, removed=True, refreshed=None)
        case VideoRestored() as e:
            yield rows.change_post(e.video, pending=False, removed=False, refreshed=None)
            yield rows.own_post(e.video, e.creator_id)
        case VideoUpdated() as e:
            yield rows.own_post(e.video, e.creator_id)
        case VideoTrackingDisabled() as e:
            yield rows.change_post(e.video, pending=None, removed=None, refreshed=False)
        case VideoTrackingEnabled() as e:
            yield rows.change_post(e.video, pending=None, removed=None, refreshed=True)


def _concerned(fact: Heard[ReadingFacts]) -> Iterator[str]:
    """What has to be looked at again. Posts that count at once, most of all, change nothing."""
    match fact.event:
        case StatsSnapshotted():
            return
        case VideoDiscovered(tracking_status=status) if status != "pending_review":
            return
        case event if isinstance(event, CreatorFacts):
            if not isinstance(event, RosterClosed):
                yield overdue(event.creator)
        case _:
            pass
    yield inbox(fact.event.project)
    yield limits(fact.org)


def _seen(readings: Sequence[StatsSnapshotted]) -> Iterator[Write]:
    """The latest of each creator and job, once."""
    latest: dict[CreatorId, dict[str, datetime]] = {}
    for e in readings:
        if e.creator_id is not None and e.kind in {"creator_profiles", "discover_videos"}:
            known = latest.setdefault(e.creator_id, {})
            known[e.kind] = max(e.fetched_at, known.get(e.kind, e.fetched_at))
    for creator, at in latest.items():
        yield rows.saw(creator, at.get("creator_profiles"), at.get("discover_videos"))
    yield from (rows.rouse(overdue(creator), max(at.values())) for creator, at in latest.items())


def holds(page: Sequence[Heard[HoldFacts]]) -> Iterator[Write]:
    """What the plan's caps count: seats, projects, keys, campaigns, their items, and manual scrapes of the day."""
    for fact in page:
        yield from _held(fact)
    yield from _looks((limits(fact.org), fact) for fact in page)
    yield from sorted((one for fact in page for one in _planned(fact)), key=lambda write: write.key or ())


def _held(fact: Heard[HoldFacts]) -> Iterator[Write]:
    org = fact.org
    match fact.event:
        case event if isinstance(event, SeatFacts):
            yield _seat(fact, event)
        case event if isinstance(event, PlaceFacts):
            yield from _place(fact, event)
        case ApiKeyCreated() as e:
            yield rows.hold(org, "max_api_keys_per_org", org, e.key, e.expires_at)
        case ApiKeyRevoked() as e:
            yield rows.release(org, "max_api_keys_per_org", org, e.key)
        case CampaignItemAdded() as e:
            yield rows.hold(org, "max_campaign_items_per_campaign", e.campaign, e.item)
        case CampaignItemRemoved() as e:
            yield rows.release(org, "max_campaign_items_per_campaign", e.campaign, e.item)
        case ScrapeRequested() as e:
            yield rows.spend(org, "max_manual_scrape_triggers_per_day", e.day)


def _planned(fact: Heard[HoldFacts]) -> Iterator[Write]:
    """Looks at what ends by itself: the time of a key, and the day."""
    match fact.event:
        case ApiKeyCreated(expires_at=end) if end is not None:
            yield due.pull_in(WATCH, f"{limits(fact.org)}/{fact.event.key}", fact.org, end)
        case ScrapeRequested(day=day):
            end = datetime.combine(day + timedelta(days=1), time(), UTC)
            yield due.pull_in(WATCH, midnight(fact.org), fact.org, end)
        case _:
            pass


def _seat(fact: Heard[HoldFacts], event: SeatFacts) -> Write:
    org = fact.org
    match event:
        case MemberJoined():
            return rows.hold(org, "max_members_per_org", org, event.user)
        case MemberRemoved():
            return rows.release(org, "max_members_per_org", org, event.user)
        case InvitationCreated() | InvitationResent():
            return rows.hold(org, "max_members_per_org", org, event.invitation, event.expires_at)
        case InvitationAccepted() | InvitationDeclined() | InvitationRevoked() | InvitationExpired():
            return rows.release(org, "max_members_per_org", org, event.invitation)


def _place(fact: Heard[HoldFacts], event: PlaceFacts) -> Iterator[Write]:
    org = fact.org
    match event:
        case ProjectCreated():
            yield rows.hold(org, "max_projects_per_org", org, event.project)
        case ProjectDeleted():
            yield rows.release(org, "max_projects_per_org", org, event.project)
        case CampaignCreated():
            yield rows.hold(org, "max_campaigns_per_project", event.project, event.campaign)
        case CampaignDeleted():
            yield rows.release(org, "max_campaigns_per_project", event.project, event.campaign)
            yield rows.empty_campaign(org, event.campaign)


def _looks(concerned: Iterable[tuple[str, Heard[Any]]]) -> Iterator[Write]:
    """A look at each, in the order in which everybody locks their rows."""
    facts = dict(concerned)
    yield from (due.pull_in(WATCH, what, facts[what].org, facts[what].at) for what in sorted(facts))
