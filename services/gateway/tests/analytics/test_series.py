"""Series of every entity and metric equal what plain Python makes of all readings of a generated program."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, product
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.ingest import Post, RecordScrape
from trackagoat.events.catalogue.words import CreatorId, ProjectId

COUNTERS = ("views", "likes", "comments", "shares", "saves")
FROM, TO = "2026-03-04", "2026-04-08"
FIRST, LAST = date.fromisoformat(FROM), date.fromisoformat(TO)
DAY = timedelta(days=1)


def oracle(raw: Any, plain: Any, entity: str, zone: str = "Europe/Berlin") -> tuple[str, Any]:
    ana, bo, _ = raw.handles
    match entity:
        case "creator":
            return bo, plain["oracle"](raw, raw.of(bo), [bo], zone)
        case "project":
            return raw.project, plain["oracle"](raw, raw.counted(), [ana, bo], zone)
        case "campaign":
            return raw.campaigns["Outer"], plain["oracle"](raw, raw.counted(raw.held["Outer"]), [ana, bo], zone)
        case _:
            video = raw.of(ana)[0]
            return video.id, plain["oracle"](raw, [video], [], zone)


ENTITIES = ("video", "creator", "campaign", "project")


async def asked(api: Any, entity: str, id: str, **more: Any) -> Any:
    return (await api.get("/analytics", entity=entity, entity_id=id, from_=FROM, to=TO, **more))["data"]


async def test_what_was_gained_and_levels(api: Any, raw: Any, plain: Any) -> None:
    for entity, granularity in product(ENTITIES, ("day", "week", "month", "custom")):
        id, truth = oracle(raw, plain, entity)
        for metric in (*COUNTERS, *(("followers", "posts") if entity != "video" else ())):
            more = {"bucket_days": 10} if granularity == "custom" else {}
            spans = list(plain["cut"](granularity, FIRST, LAST))
            found = await asked(api, entity, id, metric=metric, granularity=granularity, **more)
            points = found["series"][0]["points"]
            assert [one["date"] for one in points] == [label.isoformat() for label, _, _ in spans]
            assert [one["value"] for one in points] == [truth.gain(metric, *span) for _, *span in spans]
            if metric != "posts":
                assert [one["baseline"] for one in points] == [truth.flag(metric, *span) for _, *span in spans]
            known = [one["value"] for one in points if one["value"] is not None]
            assert found["totals"][0]["value"] == (sum(known) if known else None)
            levels = await asked(api, entity, id, metric=metric, granularity=granularity, mode="cumulative", **more)
            wanted = [truth.level(metric, after) for _, _, after in spans]
            assert [one["value"] for one in levels["series"][0]["points"]] == wanted
            assert levels["totals"][0]["value"] == wanted[-1]


async def test_days_of_other_zones(api: Any, raw: Any, plain: Any) -> None:
    zones, metrics = ("Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"), ("views", "posts", "followers")
    for entity, zone, metric in product(("creator", "campaign"), zones, metrics):
        id, truth = oracle(raw, plain, entity, zone)
        found = await asked(api, entity, id, metric=metric, tz=zone)
        assert found["tz"] == zone
        assert [one["value"] for one in found["series"][0]["points"]] == [
            truth.gain(metric, *span) for _, *span in plain["cut"]("day", FIRST, LAST)
        ]


async def test_a_changed_timezone_of_the_org_cuts_all_days_anew(api: Any, raw: Any, plain: Any) -> None:
    await api.world.pools["workspace"].execute("UPDATE orgs SET timezone = 'Asia/Tokyo'")
    id, truth = oracle(raw, plain, "project", "Asia/Tokyo")
    found = await asked(api, "project", id)
    assert [one["value"] for one in found["series"][0]["points"]] == [
        truth.gain("views", *s) for _, *s in plain["cut"]("day", FIRST, LAST)
    ]


async def test_rates(api: Any, raw: Any, plain: Any) -> None:
    whole = (date.fromisoformat(FROM), date.fromisoformat(TO) + DAY)
    for entity, granularity in product(ENTITIES, ("day", "week")):
        id, truth = oracle(raw, plain, entity)
        rates = ["engagement_rate_by_views"]
        rates += ["engagement_rate_by_followers", "posts_per_week", "avg_views_per_post"] if entity != "video" else []
        for metric in rates:
            found = await asked(api, entity, id, metric=metric, granularity=granularity)
            assert found["mode"] == "rate"
            wanted = [truth.rate(metric, *span) for _, *span in plain["cut"](granularity, FIRST, LAST)]
            assert [one["value"] for one in found["series"][0]["points"]] == wanted
            assert found["totals"][0]["value"] == truth.rate(metric, *whole)


async def test_growth_looks_at_the_bucket_before_even_outside_the_range(api: Any, raw: Any, plain: Any) -> None:
    id, truth = oracle(raw, plain, "project")
    for base in ("views", "followers"):
        found = await asked(api, "project", id, metric="growth_rate_pop", base_metric=base, granularity="week")
        spans = [(date(2026, 2, 23), date(2026, 3, 2)), *(span for _, *span in plain["cut"]("week", FIRST, LAST))]
        of = [truth.level(base, span[1]) if base == "followers" else truth.gain(base, *span) for span in spans]
        wanted = [
            None if not before or before < 0 else plain["rounded"](Fraction((now - before) * 100, before))
            for before, now in pairwise(of)
        ]
        assert [one["value"] for one in found["series"][0]["points"]] == wanted
        assert any(value is not None for value in wanted)


async def test_the_prior_period_lies_beside_index_by_index(api: Any, raw: Any, plain: Any) -> None:
    id, truth = oracle(raw, plain, "creator")
    back, found = timedelta(days=36), {}
    for granularity in ("day", "week"):
        found = await asked(api, "creator", id, granularity=granularity, compare="prior_period")
        spans = [(first - back, after - back) for _, first, after in plain["cut"](granularity, FIRST, LAST)]
        points = found["compare_series"][0]["points"]
        assert [one["value"] for one in points] == [truth.gain("views", *span) for span in spans]
        assert len(points) == len(found["series"][0]["points"])
    now, prior = truth.gain("views", date(2026, 3, 4), date(2026, 4, 9)), truth.gain("views", *span_of(back))
    assert found["totals"] == [
        {
            "entity_id": id,
            "value": now,
            "prior_value": prior,
            "change": now - prior,
            "change_pct": plain["rounded"](Fraction((now - prior) * 100, prior)),
        }
    ]


def span_of(back: timedelta) -> tuple[date, date]:
    return date(2026, 3, 4) - back, date(2026, 4, 9) - back


async def test_the_breakdown_names_ten_videos_and_the_rest(api: Any, raw: Any, plain: Any) -> None:
    for entity, mode in product(("creator", "campaign", "project"), ("new", "cumulative")):
        await broken_down(api, raw, plain, entity, mode)


async def broken_down(api: Any, raw: Any, plain: Any, entity: str, mode: str) -> None:
    id, truth = oracle(raw, plain, entity)
    found = await asked(api, entity, id, mode=mode, breakdown="video", granularity="week")
    first, after = date(2026, 3, 4), date(2026, 4, 9)
    worth = {}
    for v in truth.videos:
        one = plain["oracle"](raw, [v], [], truth.zone)
        worth[v.id] = one.gain("views", first, after) if mode == "new" else one.level("views", after)
    wanted = sorted(worth, key=lambda v: (worth[v] is None, -(worth[v] or 0), v))
    shown = [one["entity_ref"]["id"] for one in found["breakdown_series"]]
    assert shown == wanted[:10] + (["__other__"] if len(wanted) > 10 else [])
    assert (len(shown) == 11) == (entity == "project")
    for one in found["breakdown_series"]:
        named = one["entity_ref"]["id"]
        videos = [v for v in truth.videos if (v.id not in shown if named == "__other__" else v.id == named)]
        part = plain["oracle"](raw, videos, [], truth.zone)
        values = [
            part.gain("views", *span) if mode == "new" else part.level("views", span[1])
            for _, *span in plain["cut"]("week", FIRST, LAST)
        ]
        assert [point["value"] for point in one["points"]] == values


async def test_up_to_five_are_shown_in_the_order_asked_for(api: Any, raw: Any) -> None:
    ana, bo, cy = raw.handles
    found = (await api.get("/analytics", entity="creator", entity_ids=f"{bo},{ana},{cy}", from_=FROM, to=TO))["data"]
    assert [one["entity_ref"]["id"] for one in found["series"]] == [bo, ana, cy]
    assert [one["entity_ref"]["label"] for one in found["series"]] == ["bo", "ana", "cy"]
    assert {point["value"] for point in found["series"][2]["points"]} == {None}
    assert [one["entity_id"] for one in found["totals"]] == [bo, ana, cy]


async def test_unknown_counters_of_a_numerator_are_named(api: Any, raw: Any) -> None:
    ana, bo, _ = raw.handles
    for creator, missing in ((bo, ["saves"]), (ana, [])):
        asked_of = {"entity": "creator", "entity_id": creator, "metric": "engagement_rate_by_views"}
        meta = (await api.get("/analytics", **asked_of, from_=FROM, to=TO))["meta"]
        assert meta["unknownCounters"] == missing
        assert meta["asOf"].endswith("Z")


async def test_the_example_of_three_videos(api: Any) -> None:
    """Discovered and read at once, discovered too late, added by its URL: gains of a first reading differ."""
    project = await api.project()
    creator = await api.creator(project, tracking_start_date="2026-03-01")

    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 3, day, hour, tzinfo=UTC)

    def shot(number: int, views: int, posted_at: datetime) -> Post:
        return api.shot(number, views=views, posted_at=posted_at)  # type: ignore[no-any-return]

    url = api.shot(3).url
    await api.post(f"/projects/{project}/videos", {"url": url})
    told = [
        (at(10, 14), [shot(1, 500, at(10, 8)), shot(2, 9_000, at(5, 9))]),
        (at(10, 15), [shot(3, 40, at(10, 12))]),
        (at(11, 14), [shot(1, 1_700, at(10, 8)), shot(2, 9_300, at(5, 9))]),
        (at(11, 15), [shot(3, 90, at(10, 12))]),
        (at(12, 14), [shot(1, 1_650, at(10, 8))]),
    ]
    for when, posts in told:
        command = RecordScrape(
            creator=CreatorId(UUID(creator)),
            project=ProjectId(UUID(project)),
            source="simulator",
            fetched_at=when,
            tracking_mode="auto",
            posts=posts,
        )
        assert (await api.tell(command)).refused is None
    query = {"entity": "creator", "entity_id": creator, "from_": "2026-03-10", "to": "2026-03-12"}
    new = (await api.get("/analytics", **query))["data"]["series"][0]["points"]
    assert [(one["value"], one["baseline"]) for one in new] == [(500, True), (1_550, False), (-50, False)]
    levels = (await api.get("/analytics", **query, mode="cumulative"))["data"]["series"][0]["points"]
    assert [one["value"] for one in levels] == [9_540, 11_090, 11_040]
    week = (await api.get("/analytics", **query, granularity="week"))["data"]
    assert week["series"][0]["points"] == [{"date": "2026-03-09", "value": 2_000, "partial": True, "baseline": True}]
    assert week["totals"] == [{"entity_id": creator, "value": 2_000}]


async def test_buckets_that_lie_in_the_future_are_null_and_partial(api: Any, raw: Any) -> None:
    today = datetime.now(UTC).date()
    query = {"entity": "project", "entity_id": raw.project, "from_": today - 2 * DAY, "to": today + 3 * DAY}
    query = {name: str(value) for name, value in query.items()} | {"tz": "UTC"}
    for metric, mode in (("views", "new"), ("views", "cumulative"), ("posts", "new"), ("posts_per_week", "rate")):
        points = (await api.get("/analytics", **query, metric=metric, mode=mode))["data"]["series"][0]["points"]
        assert len(points) == 6
        assert all(one["value"] is None and one["partial"] for one in points[-2:])
        assert [one["partial"] for one in points[:2]] == [False, False] or points[1]["partial"]
        assert all(one["value"] is not None for one in points[:2])


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"entity_id": "x"},
        {"entity_ids": "0195a1b2-0000-7000-8000-000000000001"},
        {"metric": "reach"},
        {"metric": "followers", "mode": "rate"},
        {"metric": "posts_per_week", "mode": "new"},
        {"metric": "growth_rate_pop"},
        {"base_metric": "views"},
        {"granularity": "custom"},
        {"bucket_days": "3"},
        {"granularity": "custom", "bucket_days": "0"},
        {"from": "2026-04-01", "to": "2026-03-01"},
        {"from": "2024-01-01", "to": "2026-03-01"},
        {"tz": "Mars/Olympus"},
        {"metric": "followers", "breakdown": "video"},
        {"metric": "posts_per_week", "breakdown": "video"},
        {"color": "red"},
    ],
)
async def test_what_cannot_be_asked_is_refused(api: Any, wrong: dict[str, str]) -> None:
    query = {"entity": "project", "entity_id": await api.project()} | wrong
    if not wrong:
        del query["entity_id"]
    assert await api.refused("GET", "/analytics", params=query) == (400, "invalid_query")


async def test_what_a_video_or_several_cannot_be_asked(api: Any, raw: Any) -> None:
    video = raw.counted()[0].id
    for more in (
        {"metric": "followers"},
        {"metric": "avg_views_per_post"},
        {"metric": "growth_rate_pop", "base_metric": "posts"},
        {"breakdown": "video"},
    ):
        query = {"entity": "video", "entity_id": video, **more}
        assert await api.refused("GET", "/analytics", params=query) == (400, "invalid_query")
    several = ",".join(list(raw.handles)[:2])
    for query in ({"compare": "prior_period"}, {"breakdown": "video"}):
        query |= {"entity": "creator", "entity_ids": several}
        assert await api.refused("GET", "/analytics", params=query) == (400, "invalid_query")
    twice = {"entity": "creator", "entity_ids": f"{several},{several}"}
    assert await api.refused("GET", "/analytics", params=twice) == (400, "invalid_query")


async def test_entities_of_another_org_do_not_exist(enter: Any, raw: Any, plain: Any) -> None:
    stranger = await enter()
    for entity in ENTITIES:
        query = {"entity": entity, "entity_id": oracle(raw, plain, entity)[0]}
        assert await stranger.refused("GET", "/analytics", params=query) == (404, "not_found")


async def test_days_the_plan_does_not_keep(api: Any, raw: Any) -> None:
    await api.world.pools["workspace"].execute("UPDATE orgs SET tier = 'free'")
    query = {"entity": "project", "entity_id": raw.project}
    response = await api.call("GET", "/analytics", params={**query, "from": "2026-01-01", "to": "2026-01-02"})
    meta = (await response.json())["meta"]
    assert (response.status, meta["code"], meta["tierRetentionDays"]) == (402, "retention_exceeded", 30)
    found = (await api.get("/analytics", **query, mode="cumulative", compare="prior_period"))["data"]
    assert found["tier_retention_days"] == 30
    values = [one["value"] for one in found["compare_series"][0]["points"]]
    assert values[:29] == [None] * 29
    assert values[29] is not None


async def test_csv_has_a_row_per_point_and_no_formula(api: Any, raw: Any) -> None:
    bo = list(raw.handles)[1]
    await api.patch(f"/creators/{bo}", {"display_name_override": '=cmd("x"), bo'})
    query = {"entity": "creator", "entity_id": bo, "from": FROM, "to": TO, "granularity": "week"}
    more = {"compare": "prior_period", "breakdown": "video", "format": "csv"}
    response = await api.call("GET", "/analytics", params={**query, **more})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    name = f'attachment; filename="trackagoat_creator_views_{FROM}_{TO}.csv"'
    assert response.headers["Content-Disposition"] == name
    text = await response.text()
    assert text.endswith("\r\n")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    assert header == [
        *("series_kind", "entity_type", "entity_id", "entity_label", "metric", "mode", "granularity"),
        *("date", "value", "partial", "baseline"),
    ]
    kinds = [row[0] for row in rows]
    assert kinds == sorted(kinds, key=["main", "compare", "breakdown"].index)
    assert rows[0][1:5] == ["creator", bo, '\'=cmd("x"), bo', "views"]
    data = (await api.get("/analytics", **{k.replace("from", "from_"): v for k, v in query.items()}))["data"]
    points = data["series"][0]["points"]
    assert [row[7:] for row in rows if row[0] == "main"] == [
        [
            p["date"],
            "" if p["value"] is None else str(p["value"]),
            str(p["partial"]).lower(),
            str(p["baseline"]).lower(),
        ]
        for p in points
    ]


async def test_the_schema_describes_this_call_alone(api: Any) -> None:
    document = await (await api.client.request("GET", "/api/v1/analytics/schema")).json()
    assert document["openapi"].startswith("3.1")
    assert list(document["paths"]) == ["/analytics"]
    parameters = {one["name"] for one in document["paths"]["/analytics"]["get"]["parameters"]}
    assert {"entity", "entity_ids", "metric", "granularity", "bucket_days", "tz", "format"} <= parameters


async def test_csv_of_every_entity_opens_with_the_documented_columns(api: Any, raw: Any, plain: Any) -> None:
    for entity in ENTITIES:
        id, _ = oracle(raw, plain, entity)
        query = {"entity": entity, "entity_id": id, "from": FROM, "to": TO, "mode": "cumulative", "format": "csv"}
        response = await api.call("GET", "/analytics", params=query)
        name = f'attachment; filename="trackagoat_{entity}_views_{FROM}_{TO}.csv"'
        assert response.headers["Content-Disposition"] == name
        first, *lines = (await response.text()).split("\r\n")
        assert first == (
            "series_kind,entity_type,entity_id,entity_label,metric,mode,granularity,date,value,partial,baseline"
        )
        data = await asked(api, entity, id, mode="cumulative")
        label, points = data["series"][0]["entity_ref"]["label"], data["series"][0]["points"]
        assert [line.split(",") for line in lines[:-1]] == [
            ["main", entity, id, label, "views", "cumulative", "day", one["date"], value_of(one), *flags_of(one)]
            for one in points
        ]
        assert lines[-1] == ""


def value_of(point: Any) -> str:
    return "" if point["value"] is None else str(point["value"])


def flags_of(point: Any) -> list[str]:
    return [str(point[flag]).lower() for flag in ("partial", "baseline")]
