"""Each promise of the kernel is broken by hand, and the audit says so."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, TypeAlias

import asyncpg
import pytest

from trackagoat.embedded import Nats
from trackagoat.events import audit, clock, permissions, topology
from trackagoat.events.audit import Check
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.plugin import PASSWORDS, Database
from trackagoat.events.testing.sample import ORG, SPEAKER, ask, create
from trackagoat.events.writer import Writer

Pool: TypeAlias = "asyncpg.Pool[Any]"


@pytest.fixture
async def admin(database: Database) -> AsyncIterator[Any]:
    """The operator, without the triggers of the ledger."""
    connection = await asyncpg.connect(database.dsn())
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


async def say(pool: Pool, count: int) -> None:
    for _ in range(count):
        await Writer(pool, SPEAKER).handle(ask(), [create(str(clock.new_id()))])
    await sequence(pool)


def faults(check: Check) -> list[str]:
    return [finding.what for finding in check.findings if finding.level == "fault"]


async def test_a_fresh_installation_has_no_findings(admin: Any, nats_server: Nats) -> None:
    client = await topology.connect(nats_server.url, "operator", PASSWORDS["operator"])
    checks = [
        await audit.feeds(admin),
        await audit.streams(admin, client),
        await audit.declared(client),
        await audit.followers(admin),
        await audit.parked(admin),
        await audit.due(admin, timedelta(minutes=10)),
        await audit.outcomes(admin),
        await audit.ledgers(admin),
        await audit.clocks(admin),
        await permissions.roles(admin),
    ]
    await client.close()
    assert [finding for check in checks for finding in check.findings] == []
    assert {check.level for check in checks} == {"ok"}


async def test_a_row_taken_out_of_a_feed_is_missed(speaker: Pool, admin: Any) -> None:
    await say(speaker, 3)
    assert (await audit.feeds(admin)).findings == []
    await admin.execute("DELETE FROM workspace.feed WHERE seq = 2")
    assert faults(await audit.feeds(admin)) == [
        "workspace: the feed has 2 facts, ends at 3, its head says 3",
        "workspace: 1 events are in no feed and no queue",
    ]


async def test_events_nobody_sequences_are_found_at_the_second_look(speaker: Pool, admin: Any) -> None:
    await Writer(speaker, SPEAKER).handle(ask(), [create("late")])
    await admin.execute("UPDATE workspace.events SET recorded_at = now() - interval '1 minute'")
    looks: list[int] = []

    async def look() -> Check:
        looks.append(len(looks))
        return await audit.feeds(admin)

    assert faults(await audit.twice(look, 0)) == ["workspace: 1 events wait for the sequencer for more than 5 s"]
    assert len(looks) == 2


async def test_a_stream_that_stays_behind_is_a_fault(speaker: Pool, admin: Any, nats_server: Nats) -> None:
    await say(speaker, 3)
    client = await topology.connect(nats_server.url, "operator", PASSWORDS["operator"])
    assert faults(await audit.streams(admin, client, ["workspace"])) == [
        "workspace: behind by 3: the stream ends at 0, the feed at 3"
    ]
    await client.jetstream().delete_stream("EVENTS_WORKSPACE")
    assert faults(await audit.streams(admin, client, ["workspace"])) == ["workspace: the stream does not exist"]
    assert faults(await audit.declared(client)) == ["stream EVENTS_WORKSPACE does not exist"]
    await client.close()


async def test_a_checkpoint_must_move_or_be_at_the_head(speaker: Pool, admin: Any) -> None:
    await say(speaker, 3)
    await admin.execute(
        """INSERT INTO campaigns.checkpoints (projection, source, partition, seq) VALUES
        ('there', 'workspace', 0, 3), ('stuck', 'workspace', 0, 3), ('stuck', 'workspace', 1, 1),
        ('beyond', 'workspace', 0, 9)"""
    )
    expected = {("campaigns", "there", "workspace"), ("campaigns", "never", "workspace")}
    assert faults(await audit.followers(admin, expected, patience=0.3)) == [
        "campaigns/beyond/workspace is at 9, beyond the feed's head 3",
        "campaigns/never has never followed workspace",
        "campaigns/stuck/workspace stands at 1 of 3 and has not moved for 0.3 s",
    ]


async def test_parked_facts_are_a_fault(admin: Any) -> None:
    await admin.execute(
        """INSERT INTO campaigns.parked (projection, source, seq, event_id, org, stream, tag, error)
        VALUES ('totals', 'ingest', 1, gen_random_uuid(), $1, 's', 't', 'why'),
        ('totals', 'ingest', 2, gen_random_uuid(), $1, 's', 't', NULL)""",
        ORG,
    )
    (found,) = faults(await audit.parked(admin))
    assert found.startswith("campaigns/totals/ingest: 2 facts parked since")
    assert found.endswith("1 of them failed")


async def test_overdue_work_is_a_fault_unless_nobody_works_on_it_here(admin: Any) -> None:
    await admin.execute(
        """INSERT INTO goals.due (kind, key, org, due_at, holder, lease_until) VALUES
        ('refresh', 'late', $1, now() - interval '1 hour', NULL, NULL),
        ('spread', 'left', $1, now() - interval '1 hour', gen_random_uuid(), now() - interval '30 minutes'),
        ('idle', 'off', $1, now() - interval '1 hour', NULL, NULL),
        ('refresh', 'held', $1, now() - interval '1 hour', gen_random_uuid(), now() + interval '1 minute'),
        ('refresh', 'soon', $1, now() - interval '1 minute', NULL, NULL)""",
        ORG,
    )
    check = await audit.due(admin, timedelta(minutes=10), {("goals", "refresh"), ("goals", "spread")})
    assert [(f.level, f.what.split(" since")[0], "abandoned" in f.what) for f in check.findings] == [
        ("warning", "goals: 1 rows of idle due", False),
        ("fault", "goals: 1 rows of refresh due", False),
        ("fault", "goals: 1 rows of spread due", True),
    ]


async def test_old_answers_are_a_warning(admin: Any) -> None:
    await admin.execute("INSERT INTO goals.outcomes VALUES (gen_random_uuid(), now() - interval '9 days', '[]')")
    check = await audit.outcomes(admin)
    assert check.level == "warning"
    assert check.findings[0].what == "goals: 1 answers are older than 8 days"


async def test_a_ledger_without_its_trigger_is_a_fault(admin: Any) -> None:
    await admin.execute("ALTER TABLE ingest.events DISABLE TRIGGER events_only_grow")
    await admin.execute("DROP TRIGGER feed_only_grows ON goals.feed")
    await admin.execute("DELETE FROM goals.schema_migrations WHERE version = '0001'")
    assert faults(await audit.ledgers(admin)) == [
        "ingest.events can be changed: its trigger is off",
        "goals.feed can be changed: its trigger is off",
        "goals lacks migrations 0001",
    ]


@pytest.mark.parametrize(("seconds", "level"), [(0.2, "ok"), (-2, "warning"), (9, "fault")])
def test_clocks_may_differ_a_little(seconds: float, level: str) -> None:
    assert audit.skewed(seconds).level == level


async def test_rights_that_no_migration_grants_are_found(admin: Any) -> None:
    await admin.execute("GRANT SELECT ON campaigns.items TO trackagoat_goals")
    await admin.execute("GRANT UPDATE (views_sum) ON campaigns.campaigns TO trackagoat_gateway")
    await admin.execute("GRANT CREATE ON SCHEMA ingest TO trackagoat_goals")
    await admin.execute("ALTER TABLE goals.goals OWNER TO trackagoat_ingest")
    found = faults(await permissions.roles(admin))
    assert "trackagoat_goals may read campaigns.items, which no migration grants" in found
    assert "trackagoat_gateway may write campaigns.campaigns" in found
    assert "trackagoat_goals may create tables in the schema ingest" in found
    assert "goals.goals belongs to trackagoat_ingest" in found
    assert "trackagoat_ingest may write goals.goals" in found


async def test_rights_that_were_taken_away_are_missed(admin: Any) -> None:
    await admin.execute("REVOKE SELECT ON ingest.feed FROM trackagoat_campaigns")
    await admin.execute("REVOKE SELECT ON goals.goals FROM trackagoat_gateway")
    await admin.execute("REVOKE USAGE ON SCHEMA goals FROM trackagoat_gateway")
    assert faults(await permissions.roles(admin)) == [
        "trackagoat_gateway may not look into the schema goals",
        "trackagoat_gateway may not read goals.goals",
        "trackagoat_campaigns may not read ingest.feed",
    ]


@contextlib.asynccontextmanager
async def mighty(admin: Any) -> AsyncIterator[None]:
    """Roles belong to the server, which other tests share."""
    await admin.execute("ALTER ROLE trackagoat_goals CREATEDB")
    try:
        yield
    finally:
        await admin.execute("ALTER ROLE trackagoat_goals NOCREATEDB")


async def test_a_role_that_may_do_more_than_log_in_is_a_fault(admin: Any) -> None:
    async with mighty(admin):
        assert faults(await permissions.roles(admin)) == ["trackagoat_goals may do more than log in"]


DECLARED = topology.users(PASSWORDS)


def configured() -> list[dict[str, Any]]:
    """The users as NATS is told of them."""
    return [
        {"user": u.name, "password": u.password, "permissions": {"publish": u.publish, "subscribe": u.subscribe}}
        for u in DECLARED
    ]


def test_nats_users_as_declared_are_fine() -> None:
    reader = {"user": "reader", "permissions": {"publish": ["$JS.API.CONSUMER.>"], "subscribe": ["events.>"]}}
    assert permissions.nats_users([*configured(), reader], DECLARED).findings == []


@pytest.mark.parametrize("subject", ["events.>", "events.ingest.1.X", "commands.*.>", ">", "*.goals.SetGoal", "$JS.>"])
def test_nobody_else_may_speak(subject: str) -> None:
    guest = {"user": "guest", "permissions": {"publish": [subject], "subscribe": []}}
    assert faults(permissions.nats_users([*configured(), guest], DECLARED)) == [
        f"the NATS user guest may publish {subject}"
    ]


def test_a_service_that_may_say_what_another_says_is_found() -> None:
    users = configured()
    users[0]["permissions"] = {"publish": [*users[0]["permissions"]["publish"], "events.goals.>"], "subscribe": []}
    users[1]["password"] = "other"
    users[2].pop("permissions")
    found = faults(permissions.nats_users(users[:-1], DECLARED))
    assert found == [
        "the NATS user workspace may publish events.goals.>, which the topology does not allow",
        "the NATS user ingest has another password than this installation",
        "the NATS user campaigns may publish >, which the topology does not allow",
        "the NATS user operator does not exist",
    ]
