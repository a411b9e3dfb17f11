"""The sum of goals equals what plain Python makes of posts, targets and the time that is gone."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from trackagoat.events import clock

ORG_ZONE = "Europe/Berlin"
SUMMED = 50
MANY = 9


async def test_goals_in_sum_are_those_of_the_first_fifty_active_creators(api: Any, plain: Any) -> None:
    project, now = await api.project(), clock.now()
    share = gone_of_month(plain, now)
    wanted = {"at_risk": 1_000, "behind": round(MANY / (Fraction(85, 100) * share)), "on_track": MANY, "more": MANY - 1}
    targets = {name: min(1_000, target) for name, target in wanted.items()}
    posts = dict.fromkeys(targets, MANY)
    creators = {name: await api.creator(project, name) for name in targets}
    for number, (name, creator) in enumerate(creators.items()):
        shots = [api.shot(100 * number + n, name, posted_at=now - timedelta(seconds=n)) for n in range(MANY)]
        await api.scrape(project, creator, *shots)
        await goal(api, project, creator, targets[name])
    for n in range(SUMMED):
        targets[f"z{n:02}"], posts[f"z{n:02}"] = 1_000, 0
        creators[f"z{n:02}"] = await api.creator(project, f"Z{n:02}")
        await goal(api, project, creators[f"z{n:02}"], 1_000)
    await api.delete(f"/creators/{creators['at_risk']}")
    switched = await goal(api, project, creators["z07"], 1_000, metric="views")
    await api.patch(f"/goals/{switched}", {"is_active": False})
    await goal(api, project, creators["z08"], 1, metric="followers")
    last = month(plain, now)[0].astimezone(ZoneInfo(ORG_ZONE)).date() - timedelta(days=1)
    over = {"start_date": last.replace(day=1).isoformat(), "end_date": last.isoformat()}
    await goal(api, project, creators["z09"], 1, metric="views", **over)
    await api.world.work("goals", clock.now())
    first = sorted(set(targets) - {"at_risk"})[:SUMMED]
    ought = {name: status(posts[name], targets[name], share, plain, now) for name in first} | {
        "a second one": status(0, 1, share, plain, now)
    }
    counted = [list(ought.values()).count(state) for state in ("on_track", "at_risk")]
    found = (await api.get("/analytics/aggregate/goal-compliance", project_id=project))["data"]
    assert found == {
        "on_track": counted[0],
        "at_risk": counted[1],
        "missed": 1,
        "total_goals": SUMMED + 2,
        "creators_with_goals": SUMMED,
    }
    assert sum(counted) == SUMMED + 1


async def goal(api: Any, project: str, creator: str, target: int, metric: str = "posts", **more: Any) -> str:
    body = {"creator_id": creator, "metric": metric, "period": "monthly", "target_value": target, **more}
    return str((await api.post(f"/projects/{project}/goals", body))["data"]["id"])


def month(plain: Any, now: datetime) -> tuple[datetime, datetime]:
    first = now.astimezone(ZoneInfo(ORG_ZONE)).date().replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return plain["midnight"](first, ORG_ZONE), plain["midnight"](after, ORG_ZONE)


def gone_of_month(plain: Any, now: datetime) -> Fraction:
    start, end = month(plain, now)
    return Fraction((now - start) // timedelta(seconds=1), (end - start) // timedelta(seconds=1))


def status(posts: int, target: int, share: Fraction, plain: Any, now: datetime) -> str:
    """With completed and behind pace put where the sum puts them."""
    start, _ = month(plain, now)
    if share < Fraction(2, 100) or now - start < timedelta(hours=1):
        return "on_track"
    return "on_track" if posts / (target * share) >= 1 else "at_risk"
