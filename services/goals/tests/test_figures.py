"""Figures equal a recomputation of the rules of levels and gains from everything that was ever said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trackagoat.events.catalogue.ingest import (
    CreatorRemoved,
    CreatorRenamed,
    ProfileReading,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoReading,
    VideoReviewed,
)
from trackagoat.events.catalogue.words import CreatorId, ProjectId, Span, TrackingStatus, VideoId
from trackagoat.events.clock import new_id
from trackagoat.events.testing import play
from trackagoat.goals.domain.compliance import Figures
from trackagoat.goals.domain.planning import Question
from trackagoat.goals.domain.watched import EVER
from trackagoat.goals.due.answers import COUNTERS, answer

DAY0 = datetime(2026, 3, 10, tzinfo=UTC)
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hour(n: int) -> datetime:
    return DAY0 + timedelta(hours=n)


class Reading(NamedTuple):
    """Counters of one post: when fetched, by whom, when said."""

    video: int
    fetched: int
    source: str
    said: int
    counters: tuple[int | None, ...]


class Post(NamedTuple):
    """A post: how it came in, when posted, and whether and when it was excluded."""

    discovered: bool
    posted: int | None
    excluded: int | None


hours = st.sampled_from([0, 1, 2, 24, 25, 26, 48])
"""Few, so that they meet: on the bounds of spans, on each other, and 24 h after posting."""
count = st.none() | st.integers(1, 1000)
readings = st.builds(
    Reading, st.integers(0, 1), hours, st.sampled_from("ab"), hours, st.tuples(count, count, count, count, count)
)
seldom = st.one_of(st.none(), st.none(), st.none(), hours)
posts = st.builds(Post, st.sampled_from([True, True, False]), st.sampled_from([0, 1, 2, 24, None]), seldom)


class Case(NamedTuple):
    """What was said, and what is asked."""

    posts: list[Post]
    readings: list[Reading]
    profiles: list[tuple[int, int, int | None]]
    start: int
    end: int
    as_of: datetime
    removed: int | None
    renamed: list[int] = []


cases = st.builds(
    Case,
    st.lists(posts, min_size=2, max_size=2),
    st.lists(readings, max_size=12),
    st.lists(st.tuples(hours, hours, count), max_size=8),
    st.sampled_from([0, 1, 2]),
    st.sampled_from([24, 25, 26, 49]),
    st.one_of(st.just(EVER), hours.map(hour)),
    seldom,
    st.lists(hours, max_size=2),
)


def gained(
    levels: Iterable[tuple[datetime, int]], span: Span, anew: Iterable[datetime] = (), *, first_counts: bool
) -> int | None:
    """The sum of value i − value i−1 over the span; None without a reading in it. Levels are in order."""
    total: int | None = None
    before: int | None = None
    then = hour(-1000)
    for at, value in levels:
        if span.start <= at < span.end:
            renamed = any(then < one <= at for one in anew)
            base = value if renamed else before if before is not None else 0 if first_counts else value
            total = (total or 0) + value - base
        before, then = value, at
    return total


def recomputed(case: Case) -> dict[str, Figures]:
    """The figures by their definitions."""
    span = Span(hour(case.start), hour(case.end))
    known: dict[tuple[int, int, str], Reading] = {}
    for r in sorted(case.readings, key=lambda r: r.said):
        known.setdefault((r.video, r.fetched, r.source), r)
    sums: dict[str, int] = {}
    counted = 0
    here = not (case.removed is not None and hour(case.removed) < case.as_of)
    for number, post in enumerate(case.posts):
        if not here or (post.excluded is not None and hour(post.excluded) < case.as_of):
            continue
        counted += post.posted is not None and span.start <= hour(post.posted) < span.end
        mine = [r for _, r in sorted(known.items()) if r.video == number and hour(r.said) < case.as_of]
        for index, name in enumerate(COUNTERS):
            levels = [(hour(r.fetched), r.counters[index]) for r in mine]
            first_counts = False
            if mine and post.discovered and post.posted is not None and mine[0].counters[index] is not None:
                first_counts = mine[0].fetched - post.posted <= 24
            gain = gained([(at, v) for at, v in levels if v is not None], span, first_counts=first_counts)
            if gain is not None:
                sums[name] = sums.get(name, 0) + gain
    return {"posts": Figures(posts=counted), "engagement": Figures(**sums), "views": Figures(views=sums.get("views"))}


def followers(case: Case) -> Figures:
    span = Span(hour(case.start), hour(case.end))
    known: dict[int, tuple[int, int]] = {}
    for fetched, said, value in sorted(case.profiles, key=lambda p: p[1]):
        if value is not None:
            known.setdefault(fetched, (said, value))
    levels = [(hour(f), v) for f, (said, v) in sorted(known.items()) if hour(said) < case.as_of]
    if not [at for at, _ in levels if at < span.end]:
        return Figures()
    renames = [hour(n) for n in case.renamed]
    return Figures(followers=gained(levels, span, renames, first_counts=False) or 0)


def facts(case: Case, org: Any, creator: CreatorId, video: Callable[[int], VideoId]) -> list[Any]:
    """Everything said, in the order it was said."""
    project = ProjectId(UUID(int=2))
    start = hour(-100)
    said: list[tuple[datetime, Any]] = []
    for number, post in enumerate(case.posts):
        kind = VideoDiscovered if post.discovered else VideoAdded
        status: TrackingStatus = "auto_tracked" if post.discovered else "direct_add"
        come = kind(
            video=video(number), project=project, creator_id=creator, tiktok_video_id=str(number), url="",
            tracking_status=status, posted_at=None if post.posted is None else hour(post.posted),
        )  # fmt: skip
        said.append((start, come))
        if post.excluded is not None:
            gone = VideoReviewed(
                video=video(number),
                project=project,
                creator_id=creator,
                from_=status,
                to="excluded",
            )
            said.append((hour(post.excluded), gone))
    for r in case.readings:
        counters: dict[str, Any] = dict(zip(COUNTERS, r.counters, strict=True))
        reading = VideoReading(video=video(r.video), **counters)
        scrape = StatsSnapshotted(
            project=project, creator_id=creator, source=r.source, fetched_at=hour(r.fetched), videos=[reading]
        )
        said += [(hour(r.said), scrape)] * 2
    for fetched, at, value in case.profiles:
        profile = ProfileReading(followers=value)
        scrape = StatsSnapshotted(
            project=project, creator_id=creator, source="a", fetched_at=hour(fetched), creator=profile
        )
        said.append((hour(at), scrape))
    for n in case.renamed:
        said.append((hour(n), CreatorRenamed(creator=creator, project=project, from_="ana", to="anna")))
    if case.removed is not None:
        said.append((hour(case.removed), CreatorRemoved(creator=creator, project=project, tiktok_handle="ana")))
    return [play.heard(event, org=org, at=at) for at, event in sorted(said, key=lambda s: s[0])]


@SLOW
@given(cases, st.integers(1, 30))
async def test_figures_equal_a_recomputation_whatever_comes_late_or_twice(stage: Any, case: Case, pages: int) -> None:
    creator, ids = CreatorId(new_id()), [VideoId(new_id()) for _ in case.posts]
    heard = facts(case, stage.org, creator, lambda n: ids[n])
    for at in range(0, len(heard), pages):
        await play.play(stage.pool, stage.service, heard[at : at + pages])
    span = Span(hour(case.start), hour(case.end))
    wanted = recomputed(case) | {"followers": followers(case)}
    asked = {metric: Question(creator, metric, span, case.as_of) for metric in wanted}  # type: ignore[arg-type]
    got = await answer(stage.pool, [(stage.org, q) for q in asked.values()])
    assert {metric: got[q] for metric, q in asked.items()} == wanted


@SLOW
@given(cases, st.lists(st.integers(0, 72), max_size=4))
async def test_consecutive_spans_add_up(stage: Any, case: Case, cuts: list[int]) -> None:
    creator, ids = CreatorId(new_id()), [VideoId(new_id()) for _ in case.posts]
    await play.play(stage.pool, stage.service, facts(case, stage.org, creator, lambda n: ids[n]))
    edges = [0, *sorted(cuts), 73]
    parts = [Question(creator, "views", Span(hour(a), hour(b)), EVER) for a, b in pairwise(edges)]
    whole = Question(creator, "views", Span(hour(0), hour(73)), EVER)
    got = await answer(stage.pool, [(stage.org, q) for q in (*parts, whole)])
    assert sum(got[q].views or 0 for q in set(parts)) == (got[whole].views or 0)


async def test_the_worked_gains_of_a_creator(stage: Any) -> None:
    """The example of levels and gains: three posts over three days in Berlin."""
    await stage.open("2026-03-01T08:00Z")
    added = VideoAdded(
        video=stage.video(3), project=stage.project, creator_id=stage.creator, tiktok_video_id="3", url="",
        posted_at=datetime.fromisoformat("2026-03-10T12:00Z"),
    )  # fmt: skip
    found = [stage.discovered(1, "2026-03-10T08:00Z"), stage.discovered(2, "2026-03-05T09:00Z")]
    await stage.hear("2026-03-10T14:00Z", *found, stage.read("2026-03-10T14:00Z", v1=500, v2=9000))
    await stage.hear("2026-03-10T15:00Z", added, stage.read("2026-03-10T15:00Z", v3=40))
    await stage.hear("2026-03-11T14:00Z", stage.read("2026-03-11T14:00Z", v1=1700, v2=9300))
    await stage.hear("2026-03-11T15:00Z", stage.read("2026-03-11T15:00Z", v3=90))
    await stage.hear("2026-03-12T14:00Z", stage.read("2026-03-12T14:00Z", v1=1650))
    midnights = [datetime.fromisoformat(f"2026-03-{day}T23:00Z") for day in ("09", "10", "11", "12")]
    days = [Question(stage.creator, "views", Span(a, b), EVER) for a, b in pairwise(midnights)]
    got = await answer(stage.pool, [(stage.org, q) for q in days])
    assert [got[q].views for q in days] == [500, 1550, -50]


async def test_another_orgs_posts_count_for_nobody_here(stage: Any) -> None:
    await stage.open("2026-03-01T08:00Z")
    other = play.heard(stage.discovered(1, "2026-03-10T08:00Z"), org=new_id(), at=hour(8))  # type: ignore[arg-type]
    await play.play(stage.pool, stage.service, [other])
    question = Question(stage.creator, "posts", Span(hour(0), hour(24)), EVER)
    assert (await answer(stage.pool, [(stage.org, question)]))[question] == Figures()
