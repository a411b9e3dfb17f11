"""An operator examines the running system, finds what was planted, and mends it with the goat command."""

from __future__ import annotations

import getpass
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from trackagoat.events import topology
from trackagoat.events.testing.plugin import PASSWORDS

if TYPE_CHECKING:
    from tests.journeys.conftest import Goat

Until = Callable[..., Awaitable[Any]]
pytestmark = pytest.mark.timeout(240)


async def test_a_running_system_is_found_healthy(goat: Goat, herd: Any) -> None:
    answer = await goat("doctor")
    assert answer.status == 0, answer.out
    assert [line.split()[0] for line in answer.out.splitlines()] == ["ok"] * 13
    assert (await goat("doctor", "campaigns", "--all")).out.startswith("ok      campaigns")
    assert {one["state"] for one in (await goat("events", "reconcile", "--json")).json} == {"in step"}
    assert (await goat("parked", "list")).out == "nothing is parked\n"


async def test_what_was_planted_is_found_by_the_doctor(goat: Goat, herd: Any) -> None:
    seq = await goat.ask("SELECT seq - 1 FROM ingest.feed_head")
    await goat.sql(
        f"DELETE FROM ingest.feed WHERE seq = {seq}",  # noqa: S608 - a number
        "UPDATE campaigns.campaigns SET video_count = video_count + 1",
        "REVOKE SELECT ON campaigns.campaigns FROM trackagoat_gateway",
        "ALTER TABLE goals.events DISABLE TRIGGER events_only_grow",
    )
    found = await goat.faults("--sample", "5")
    assert set(found) == {"feeds", "streams", "roles", "ledgers", "campaigns"}
    assert found["roles"] == ["trackagoat_gateway may not read campaigns.campaigns"]
    assert found["campaigns"][0].startswith(f"campaign {herd['id']} (All): video_count")


async def test_a_purged_stream_and_a_hole_are_found_and_mended_while_everything_runs(goat: Goat, herd: Any) -> None:
    client = await topology.connect(goat.nats.url, "operator", PASSWORDS["operator"])
    await client.jetstream().purge_stream("EVENTS_WORKSPACE")
    await client.jetstream().delete_msg("EVENTS_INGEST", 2)
    await client.close()
    found = await goat("events", "reconcile", "--json")
    states = {one["service"]: one["state"] for one in found.json if one["state"] != "in step"}
    assert (found.status, states) == (1, {"workspace": "behind", "ingest": "holes"})
    assert "→ `goat events reconcile --repair`" in (await goat("events", "reconcile", "--service", "ingest")).out
    assert (await goat("events", "reconcile", "--repair")).status == 0
    assert await goat.faults() == {}


async def test_a_mark_beyond_a_restored_feed_is_put_back_and_whose_rows_are_to_be_made_anew_is_told(
    goat: Goat, herd: Any
) -> None:
    head = await goat.ask("SELECT seq FROM ingest.feed_head")
    await goat.sql(f"UPDATE goals.checkpoints SET seq = {head + 5} WHERE source = 'ingest'")  # noqa: S608 - a number
    assert "beyond the feed's head" in (await goat.faults())["followers"][0]
    told = await goat("events", "reconcile", "--after-restore", "--service", "ingest")
    assert (told.status, "`goat rebuild goals`" in told.out, "in the stream alone" in told.out) == (0, True, False)
    assert await goat.ask("SELECT max(seq) FROM goals.checkpoints WHERE source = 'ingest' AND partition >= 0") == head
    assert (await goat("rebuild", "goals")).status == 0
    assert await goat.faults() == {}
    (again,) = (await goat("events", "reconcile", "--after-restore", "--service", "ingest", "--json")).json
    assert (again["put_back"], again["lost"], again["kept_in"]) == ([], 0, None)


async def test_a_parked_fact_is_listed_shown_and_discarded(goat: Goat, herd: Any, until: Until) -> None:
    await goat.sql(
        """INSERT INTO ingest.events (id, org, stream, tag, at, actor, data)
        SELECT gen_random_uuid(), org, 'bad', 'creator.removed.v1', now(), actor, '{"broken": true}'
        FROM ingest.events LIMIT 1""",
        """INSERT INTO ingest.events (id, org, stream, tag, at, actor, data)
        SELECT gen_random_uuid(), org, 'bad', tag, now(), actor, data FROM ingest.events
        WHERE tag = 'stats.snapshotted.v1' LIMIT 1""",
        "INSERT INTO ingest.unsequenced SELECT pos FROM ingest.events WHERE stream = 'bad'",
    )

    async def aside() -> Any:
        return await goat.ask("SELECT count(*) = 2 FROM campaigns.parked WHERE projection = 'totals'")

    await until(aside)
    assert "campaigns/totals/ingest: 2 facts parked" in (await goat.faults())["parked"][0]
    (poison,) = (await goat("parked", "list", "--service", "campaigns", "--json")).json
    shown = (await goat("parked", "show", poison["id"], "--json")).json
    assert shown["event"]["data"] == {"broken": True}
    assert [row["tag"] for row in shown["behind"]] == ["stats.snapshotted.v1"]
    again = await goat("parked", "retry", poison["id"])
    assert (again.status, again.err.count("\n")) == (1, 1)
    assert "failed again" in again.err
    done = await goat("parked", "discard", poison["id"], "--yes")
    assert done.out == f"{poison['id']}: discarded, 1 facts behind it applied\n"
    log = await goat.ask("SELECT array_agg(action || ' ' || who ORDER BY at, seq) FROM campaigns.parking_log")
    me = getpass.getuser()
    assert log == ["parked system", f"failed again {me}", f"discarded {me}", f"applied {me}"]


async def test_after_the_fix_a_parked_fact_is_applied(goat: Goat, herd: Any) -> None:
    await goat.sql(
        """INSERT INTO campaigns.parked (projection, source, seq, event_id, org, stream, tag, error, attempts)
        SELECT 'totals', 'ingest', f.seq, e.id, e.org, e.stream, e.tag, 'ValueError: planted', 3
        FROM ingest.feed f JOIN ingest.events e USING (pos) WHERE e.tag = 'stats.snapshotted.v1' ORDER BY 3 LIMIT 1"""
    )
    (row,) = (await goat("parked", "list", "--json")).json
    assert "ValueError: planted" in (await goat("parked", "show", row["id"])).out
    retried = (await goat("parked", "retry", row["id"], "--json")).json
    assert retried["id"] == row["id"]
    assert retried["applied"] >= 1, "the fact itself, and whatever was heard of its post in the meantime"
    assert (await goat("parked", "list", "--json")).json == []
    gone = await goat("parked", "show", row["id"])
    assert (gone.status, "is not parked" in gone.err) == (1, True)


async def test_what_cannot_be_reached_is_a_fault_and_not_a_hang(goat: Goat) -> None:
    goat.nats.stop()
    try:
        found = await goat.faults()
        assert {"topology", "streams"} <= set(found)
        answer = await goat("events", "reconcile")
        assert (answer.status, answer.err.count("\n")) == (1, 1)
    finally:
        goat.nats.start()
    wrong = await goat("parked", "show", "nonsense")
    assert wrong.status == 2


async def test_a_source_that_is_not_understood_shows_what_it_said(goat: Goat, house: Any, until: Until) -> None:
    _, api = await house.org()
    project = await api.ok("POST", "/projects", {"name": "Spring"})
    assert (await goat("sources", "list")).out == "every source answers; none has been in trouble\n"
    await api.ok("POST", f"/projects/{project['id']}/creators", {"tiktok_handle": "changed_cho"})

    async def kept() -> Any:
        return (await goat("sources", "answers", "--json")).json

    one = (await until(kept))[-1]
    assert (one["source"], one["subject"]) == ("simulator", "changed_cho")
    shown = await goat("sources", "answer", one["id"])
    assert (shown.out, one["detail"] in shown.err) == ('{"simulated": {"stats": "moved elsewhere"}}', True)
    assert (await goat("sources", "list")).out.startswith("simulator      schema_changed at 20")
    assert "changed_cho" in (await goat("sources", "answers")).out
    assert (await goat("sources", "discard", "--source", "simulator", "--json")).json["discarded"] >= 1
    assert (await goat("sources", "answer", one["id"])).status == 1
    assert (await goat("sources", "discard")).status == 2


async def test_an_organization_is_read_from_the_sources_it_uses(goat: Goat, house: Any) -> None:
    await house.org()
    used = await goat("sources", "use", "simulator", "--kind", "video_stats")
    assert used.out == "video_stats: simulator\n", used.err
    assert (await goat("sources", "use", "--none", "--kind", "discover_videos")).status == 0
    told = (await goat("sources", "list")).out.splitlines()
    assert told[1:] == ["An org: discover_videos from nobody", "An org: video_stats from simulator"]
    wrong = await goat("sources", "use", "nobody")
    assert (wrong.status, wrong.err) == (1, "Error: That source is not configured on this installation.\n")
    assert (await goat("sources", "use")).status == 2
    await goat("sources", "use", "--default")
    assert (await goat("sources", "list", "--json")).json["choices"][0]["video_stats"] is None
