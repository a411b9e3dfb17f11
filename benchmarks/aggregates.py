"""The aggregates and series of a project of 100,000 videos at the API, a year of readings behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import asyncpg
import msgspec

from benchmarks.campaigns import TREE, given, pages, planted, said
from benchmarks.figures import Figure, percentiles
from benchmarks.house import House, house
from benchmarks.ingest import Recorder
from benchmarks.plan import Plan, tell
from benchmarks.scrapes import BATCH, POSTS, START, Program
from benchmarks.tenants import desk, key_of
from benchmarks.wire import load
from trackagoat.events import clock
from trackagoat.events.catalogue.campaigns import AddItem
from trackagoat.events.catalogue.goals import SetGoal
from trackagoat.events.catalogue.ingest import Post
from trackagoat.events.catalogue.words import CampaignId, GoalId, video_id
from trackagoat.events.catalogue.workspace import CreateProject

DAYS = 365
GOAL_MS = 150
PATIENCE_SECONDS = 300
FIGURES = ("views", "likes", "comments", "shares", "saves")


class Spread(Program):
    """Posts of a year, at all hours; a few did very well, and of some no views are known."""

    def _post(self, post: int, number: int) -> Post:
        minute, luck = post * 7_919 % (DAYS * 1440), post * 104_729 % 1_000
        return msgspec.structs.replace(
            super()._post(post, number),
            posted_at=START - timedelta(minutes=minute),
            views=None if luck == 0 else 100 + 50 * number + luck**3 // 1_000,
        )


async def measure(plan: Plan) -> list[Figure]:
    """One caller after another; p95 of each."""
    program = Spread(max(1, (plan.videos or plan.size(10_000, 100_000)) // (BATCH * POSTS)))
    async with _furnished(plan, program) as (url, key, top):
        figures = []
        for name, path, asked in _calls(program, top):
            took: list[float] = []
            whole = f"{url}/api/v1/analytics{path}?{urlencode(asked)}"
            await load(whole, key, 3, 1, [])
            await load(whole, key, plan.size(10, 60), 1, took)
            figures.append(_figure(name, took, len(program.creators) * POSTS))
            tell(f"{name}: {figures[-1].percentiles}")
    return figures


def _figure(name: str, took: Sequence[float], videos: int) -> Figure:
    found = percentiles(took)
    return Figure(
        bench="aggregates",
        what=name,
        unit="ms (p95)",
        value=found["p95"],
        goal=GOAL_MS,
        at_most=True,
        percentiles=found,
        note=f"{videos:,} videos of one project; at the API, one call at a time",
    )


def _calls(program: Program, top: CampaignId) -> list[tuple[str, str, dict[str, str]]]:
    """The ten aggregates, those that answer a row per creator or day over 30 days, and series of what sums up most."""
    project = {"project_id": str(program.project)}
    year, month = _days(DAYS), _days(30)
    whole = ("video-leaderboard", "posting-heatmap", "view-distribution", "campaign-leaderboard")
    boards = [(name, "a year", project | year) for name in whole]
    recent = ("creator-leaderboard", "creator-scatter", "posting-consistency")
    boards += [(name, "30 days", project | month) for name in recent]
    boards += [(name, "now", project) for name in ("outliers", "goal-compliance", "member-overlap")]
    found = [(f"{name}, {when}", f"/aggregate/{name}", asked) for name, when, asked in boards]
    for entity, id in (("project", program.project), ("campaign", top), ("creator", program.creators[0])):
        of = {"entity": entity, "entity_id": str(id), **year}
        found.append((f"{entity} by day", "", of))
        found.append((f"{entity} by week, engagement", "", of | _by_week("engagement_rate_by_followers")))
        found.append((f"{entity} by month, beside the prior year, by video", "", of | _broken_down()))
    return found


def _days(count: int) -> dict[str, str]:
    return {"from": str((START - timedelta(days=count - 1)).date()), "to": str(START.date())}


def _by_week(metric: str) -> dict[str, str]:
    return {"granularity": "week", "metric": metric}


def _broken_down() -> dict[str, str]:
    return {"granularity": "month", "compare": "prior_period", "breakdown": "video"}


@asynccontextmanager
async def _furnished(plan: Plan, program: Program) -> AsyncIterator[tuple[str, str, CampaignId]]:
    """Everything in place, and the gateway running: where, with which key, and the campaign that holds all."""
    async with house(plan.folder) as built:
        key = await key_of(built, program.org)
        async with desk(built, "workspace") as workspace:
            await workspace.ask(program.org, [CreateProject(project=program.project, name="Bench")])
        async with built.pool("ingest") as pool:
            await Recorder(pool, program).prepare(pool)
        tell(f"aggregates: {len(program.creators) * POSTS:,} videos recorded")
        top = await _campaigns(plan, built, program)
        await _goals(built, program)
        await _history(built, program, top)
        async with built.running("gateway") as places:
            yield places["gateway"], key, top


async def _campaigns(plan: Plan, built: House, program: Program) -> CampaignId:
    """Two thousand of them; besides the creators, some posts are items by themselves."""
    async with desk(built, "campaigns") as campaigns:
        top, leaf = await planted(campaigns, program, [max(1, n // plan.size(10, 1)) for n in TREE])
        posts = [program.scrape(creator, 0).posts[0] for creator in program.creators[::4]]
        items = [video_id(program.project, post.tiktok_video_id) for post in posts]
        where = {"project": program.project, "item_type": "video"}
        for campaign in (leaf, top):
            for page in pages([AddItem(campaign=campaign, item=item, **where) for item in items]):  # type: ignore[arg-type]
                await campaigns.ask(program.org, page)
        await given(campaigns, program, list(said(program)))
    return top


async def _goals(built: House, program: Program) -> None:
    """One of each creator, looked at once."""
    async with desk(built, "goals") as goals:
        for page in pages(program.creators):
            asked = [
                SetGoal(
                    goal=GoalId(clock.new_id()),
                    creator=creator,
                    project=program.project,
                    metric="views",
                    period="weekly",
                    target_value=Decimal(100),
                    start_date=clock.now().date(),
                )
                for creator in page
            ]
            await goals.ask(program.org, asked)
        async with built.running("goals"), asyncio.timeout(PATIENCE_SECONDS):
            while await goals.pool.fetchval("SELECT EXISTS (SELECT FROM due WHERE due_at <= now())"):
                await asyncio.sleep(0.2)


async def _history(built: House, program: Program, top: CampaignId) -> None:
    """Rows as readings leave them: in every quarter of an hour of a year of all videos, and every day of profiles."""
    db = await asyncpg.connect(built.dsn())
    quarter, day = timedelta(minutes=15), timedelta(days=1)
    try:
        project = _filled("ingest.gains", "subject", _columns((*FIGURES, "followers"), "firsts"))
        await db.execute(project, program.org, [program.project], DAYS * day, quarter, START)
        campaign = _filled("campaigns.campaign_quarters", "campaign", _columns(FIGURES, "known") | {"posts": 0})
        await db.execute(campaign, program.org, [top], DAYS * day, quarter, START)
        fans = _filled("ingest.profile_gains", "creator", _columns(("followers",), "firsts"))
        await db.execute(fans, program.org, program.creators, 60 * day, day, START)
        await db.execute("VACUUM ANALYZE")
    finally:
        await db.close()


def _columns(figures: Sequence[str], firsts: str) -> dict[str, int]:
    """Each figure gained 7, and nothing became known."""
    return {"readings": 1} | {
        f"{figure}{kind}": 0 if kind else 7 for kind in ("", "_base", f"_{firsts}", "_baselines") for figure in figures
    }


def _filled(table: str, subject: str, columns: dict[str, int]) -> str:
    """A row of each subject and step of the time before an instant."""
    values = ", ".join(map(str, columns.values()))
    return f"""
        INSERT INTO {table} (org, {subject}, quarter, {", ".join(columns)})
        SELECT $1::uuid, u.id, q, {values}
        FROM unnest($2::uuid[]) AS u(id), generate_series($5::timestamptz - $3::interval, $5, $4::interval) AS q
        ON CONFLICT DO NOTHING
    """
