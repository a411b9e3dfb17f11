"""Facts as rows. Whatever changes a figure, a goal or a clock has the goals it concerns looked at again at once.

That happens in the transaction of the rows themselves, so nobody looks before they are there; looking changes
nothing unless the rows did. So do the goals end of a creator that is removed: all of ingest is followed once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import zip_longest

from trackagoat.events import due
from trackagoat.events.catalogue.goals import (
    GoalAdvisoryCleared,
    GoalAdvisoryRaised,
    GoalCreated,
    GoalDeleted,
    GoalPeriodClosed,
    GoalPeriodFinalized,
    GoalResultRevised,
    GoalStatusChanged,
    GoalUpdated,
    PeriodEvent,
)
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    CreatorRenamed,
    StatsSnapshotted,
    VideoAdded,
    VideoDescribed,
    VideoDiscovered,
    VideoRemoved,
    VideoRestored,
    VideoReviewed,
    VideoTrackingDisabled,
    VideoTrackingEnabled,
    VideoUpdated,
)
from trackagoat.events.catalogue.words import CreatorId, GoalId, OrgId, Span, VideoId
from trackagoat.events.catalogue.workspace import OrgCreated, OrgTierChanged, OrgUpdated
from trackagoat.events.effects import Write
from trackagoat.events.envelope import Heard
from trackagoat.goals.domain import calendar
from trackagoat.goals.domain.compliance import Measure
from trackagoat.goals.store import goals as store
from trackagoat.goals.store import heard, shown
from trackagoat.goals.store import periods as results

GoalFacts = GoalCreated | GoalUpdated | GoalDeleted
PeriodFacts = (
    GoalStatusChanged
    | GoalPeriodClosed
    | GoalResultRevised
    | GoalPeriodFinalized
    | GoalAdvisoryRaised
    | GoalAdvisoryCleared
    | GoalDeleted
)
OrgFacts = OrgCreated | OrgUpdated | OrgTierChanged
CreatorFacts = (
    CreatorAdded | CreatorReactivated | CreatorRenamed | CreatorAutoDisabled | CreatorReenabled | CreatorRemoved
)
VideoFacts = (
    VideoDiscovered
    | VideoAdded
    | VideoDescribed
    | VideoReviewed
    | VideoUpdated
    | VideoTrackingDisabled
    | VideoTrackingEnabled
    | VideoRemoved
    | VideoRestored
)
FigureFacts = CreatorFacts | VideoFacts | StatsSnapshotted


def goals(page: Sequence[Heard[GoalFacts]]) -> Iterator[Write]:
    """Every goal as it is now, what was agreed when, and a first standing.

    The due row comes first: whoever looks at the goal holds it before touching its rows, too.
    """
    for fact in page:
        yield due.pull_in("refresh", str(fact.event.creator), fact.org, fact.at, fact.origin)
        match fact.event:
            case GoalCreated() as e:
                yield store.add_goal(
                    fact.org,
                    e.goal,
                    e.creator,
                    e.project,
                    e.metric,
                    e.period,
                    e.target_value,
                    e.start_date,
                    e.end_date,
                    fact.at,
                )
                yield _agreed(fact.org, e, True, fact.at)
                yield _first_look(fact.org, e, fact.at)
            case GoalUpdated() as e:
                yield store.change_goal(e.goal, e.target_value, e.start_date, e.end_date, e.is_active, fact.at)
                yield _agreed(fact.org, e, e.is_active, fact.at)
            case GoalDeleted() as e:
                yield store.remove_goal(e.goal)
                yield shown.hide(e.goal)


def _agreed(org: OrgId, e: GoalCreated | GoalUpdated, on: bool, at: datetime) -> Write:  # noqa: FBT001 - says itself
    return store.agree(org, e.goal, e.target_value, e.start_date, e.end_date, on, at)


def _first_look(org: OrgId, e: GoalCreated, at: datetime) -> Write:
    zone = calendar.zone(e.timezone)
    measure = Measure(e.metric, e.period, e.target_value, e.start_date, e.end_date)
    span = calendar.bounds(e.period, measure.first_day(at, zone), zone)
    return shown.begin(org, e.goal, e.creator, e.project, span.start, span.end, e.target_value)


def periods(page: Sequence[Heard[PeriodFacts]]) -> Iterator[Write]:
    """The results of closed periods, and where the running one stands."""
    for fact in _side_by_side(page):
        match fact.event:
            case GoalPeriodClosed() as e:
                yield results.close_period(
                    fact.org,
                    e.goal,
                    _first_day(e),
                    e.period_start,
                    e.period_end,
                    e.target,
                    e.actual,
                    e.percentage,
                    e.status,
                    fact.at,
                )
            case GoalStatusChanged(to="completed" | "missed") as e:
                yield results.restate(e.goal, e.period_start, e.actual, e.percentage, e.to, is_final=False)
                yield results.count_change(fact.org, e.goal)
            case GoalStatusChanged() as e:
                yield results.stand(fact.org, e.goal, _first_day(e), e.to)
            case GoalResultRevised() as e:
                yield results.restate(e.goal, e.period_start, e.actual, e.percentage, e.status, is_final=False)
                yield results.count_change(fact.org, e.goal)
            case GoalPeriodFinalized() as e:
                yield results.restate(e.goal, e.period_start, e.actual, e.percentage, e.status, is_final=True)
            case GoalAdvisoryRaised() | GoalAdvisoryCleared():
                yield _advised(fact.org, fact.event)
            case GoalDeleted() as e:
                yield results.forget(e.goal)


def _side_by_side(page: Sequence[Heard[PeriodFacts]]) -> Iterator[Heard[PeriodFacts]]:
    """The first fact of every goal, kind by kind, then the second: written as sets when many periods end at once."""
    of_goal: defaultdict[GoalId, list[Heard[PeriodFacts]]] = defaultdict(list)
    for fact in page:
        of_goal[fact.event.goal].append(fact)
    for facts in zip_longest(*of_goal.values()):
        yield from sorted((fact for fact in facts if fact is not None), key=lambda fact: fact.event.tag())


def _advised(org: OrgId, e: GoalAdvisoryRaised | GoalAdvisoryCleared) -> Write:
    is_true = isinstance(e, GoalAdvisoryRaised)
    if e.flag == "scrape_stale":
        return results.turn(org, e.goal, is_true)
    return results.announce(e.goal, e.period_start, is_true)


def _first_day(e: PeriodEvent) -> date:
    """What was said before periods were named still has bounds."""
    return e.first_day or calendar.named(e.period, Span(e.period_start, e.period_end))


def replaced(at: datetime) -> Iterator[Write]:
    """Rows were rebuilt: what is shown follows from them, so every goal is looked at again."""
    yield shown.look_again_at_all(at)


def orgs(page: Sequence[Heard[OrgFacts]]) -> Iterator[Write]:
    """The clock an org goes by, and how often it wants to be read."""
    for fact in page:
        match fact.event:
            case OrgCreated() as e:
                hours = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield heard.add_org(fact.org, e.timezone, e.tier, *hours)
                yield heard.go_by(fact.org, fact.at, e.timezone)
            case OrgUpdated() as e:
                changed = (e.video_stats_hours, e.discover_videos_hours, e.creator_profiles_hours)
                yield heard.change_org(fact.org, e.timezone, *changed)
                if e.timezone is not None:
                    yield heard.go_by(fact.org, fact.at, e.timezone)
            case OrgTierChanged() as e:
                yield heard.change_tier(fact.org, e.after)
        yield due.schedule("spread", f"org-{fact.org}", fact.org, fact.at)


def figures(page: Sequence[Heard[FigureFacts]]) -> Iterator[Write]:
    """Creators, what their posts are and were, and every reading; then the goals that may look different now."""
    for fact in page:
        if isinstance(fact.event, CreatorFacts):
            yield from _creator(fact.org, fact.at, fact.event)
    for fact in page:
        if isinstance(fact.event, VideoFacts):
            yield _video(fact.org, fact.at, fact.event)
    readings = [(fact.org, fact.at, fact.event) for fact in page if isinstance(fact.event, StatsSnapshotted)]
    for reading in readings:
        yield from _snapshots(*reading)
    for reading in readings:
        yield from _profile(*reading)
    yield from _scraped([event for _, _, event in readings])
    yield from _look_again(page)


def _creator(org: OrgId, at: datetime, event: CreatorFacts) -> Iterator[Write]:
    match event:
        case CreatorAdded(creator=creator):
            yield heard.add_creator(org, creator, at)
        case CreatorReactivated(creator=creator):
            yield heard.add_creator(org, creator, at)
            yield heard.end_absence(creator, at)
        case CreatorRenamed(creator=creator):
            yield heard.rename_creator(org, creator, at)
        case CreatorAutoDisabled(creator=creator):
            yield heard.disable_creator(creator)
        case CreatorReenabled(creator=creator):
            yield heard.enable_creator(creator, at)
        case CreatorRemoved(creator=creator):
            yield heard.remove_creator(org, creator, at)
            yield due.pull_in("abandon", f"creator-{creator}", org, at, {"creator": str(creator)})


def _video(org: OrgId, at: datetime, e: VideoFacts) -> Write:  # noqa: PLR0911 - one per fact
    match e:
        case VideoDiscovered():
            discovered = (e.tracking_status, False, None, e.posted_at)
            return heard.change_video(org, e.video, at, e.creator_id, True, "discovery", *discovered)
        case VideoAdded() | VideoRestored():
            added = (e.tracking_status, False, False, e.posted_at)
            return heard.change_video(org, e.video, at, e.creator_id, True, "manual", *added)
        case VideoUpdated():
            return heard.change_video(org, e.video, at, e.creator_id, True, "manual", None, None, None, None)
        case VideoReviewed():
            return heard.change_video(org, e.video, at, None, False, "manual", e.to, None, None, None)
        case VideoTrackingDisabled() | VideoTrackingEnabled():
            rests = isinstance(e, VideoTrackingDisabled)
            return heard.change_video(org, e.video, at, None, False, "manual", None, None, rests, None)
        case VideoDescribed():
            return heard.change_video(org, e.video, at, None, False, "manual", None, None, None, e.posted_at)
        case VideoRemoved():
            return heard.change_video(org, e.video, at, None, False, "manual", None, True, None, None)


def _snapshots(org: OrgId, at: datetime, e: StatsSnapshotted) -> Iterator[Write]:
    for v in e.videos:
        counters = (v.views, v.likes, v.comments, v.shares, v.saves)
        yield heard.add_snapshot(org, v.video, e.fetched_at, e.source, at, *counters)


def _profile(org: OrgId, at: datetime, e: StatsSnapshotted) -> Iterator[Write]:
    if e.creator_id and e.creator and e.creator.followers is not None:
        yield heard.add_profile_snapshot(org, e.creator_id, e.fetched_at, e.source, at, e.creator.followers)


def _scraped(events: Sequence[StatsSnapshotted]) -> Iterator[Write]:
    """The latest reading of each creator, and of its profile."""
    latest: dict[CreatorId, tuple[datetime, datetime | None]] = {}
    for e in events:
        if e.creator_id is None:
            continue
        at, profile_at = latest.get(e.creator_id, (e.fetched_at, None))
        if e.creator is not None:
            profile_at = max(profile_at or e.fetched_at, e.fetched_at)
        latest[e.creator_id] = max(at, e.fetched_at), profile_at
    for creator, (at, profile_at) in latest.items():
        yield heard.scraped(creator, at, profile_at)


def _look_again(page: Sequence[Heard[FigureFacts]]) -> Iterator[Write]:
    """Goals are found by their creator; where a fact does not name every owner a post has or had, by the post."""
    creators: dict[CreatorId, Heard[FigureFacts]] = {}
    videos: dict[VideoId, Heard[FigureFacts]] = {}
    for fact in page:
        match fact.event:
            case VideoDiscovered() as e:
                creators.setdefault(e.creator_id, fact)
            case StatsSnapshotted(creator_id=None) as e:
                videos.update({v.video: fact for v in e.videos})
            case StatsSnapshotted(creator_id=creator) if creator is not None:
                creators.setdefault(creator, fact)
            case StatsSnapshotted():
                pass
            case e if isinstance(e, CreatorFacts):
                creators.setdefault(e.creator, fact)
            case e:
                videos.setdefault(e.video, fact)
    for creator, fact in sorted(creators.items()):
        yield due.pull_in("refresh", str(creator), fact.org, fact.at, fact.origin)
    for video, fact in sorted(videos.items()):
        yield due.pull_in("spread", f"video-{video}", fact.org, fact.at, {"video": str(video)})
