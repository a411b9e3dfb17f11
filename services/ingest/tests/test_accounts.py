"""Connected accounts over time: tokens are renewed before they expire, once, and a withdrawn consent is noticed."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

import msgspec
import pytest

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    DiscoveryGapFound,
    EraseCreator,
    ScrapeFailed,
    StatsSnapshotted,
    VideoDiscovered,
)
from trackagoat.events.catalogue.sources import (
    AccountConnected,
    AccountDisconnected,
    AccountRenewed,
    ConnectAccount,
    DisconnectAccount,
    EndConnection,
    NotConnected,
    RenewAccount,
    UnknownSource,
    account_context,
)
from trackagoat.events.catalogue.words import CreatorId, OrgId, ProjectId
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.given import Given
from trackagoat.events.testing.play import handle, said, work
from trackagoat.events.testing.vault import VAULT
from trackagoat.ingest.due.accounts import Renewals, kept, seal_tokens
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.handlers.deciders import account_decider
from trackagoat.ingest.service import assembled, is_simulated
from trackagoat.ingest.sources.display_api import DisplayApi
from trackagoat.ingest.sources.display_api.login import Login, Tokens
from trackagoat.ingest.sources.simulator import Simulator, World
from trackagoat.ingest.sources.web import Web
from trackagoat.ingest.store.accounts import Account
from trackagoat.ingest.testing.serving import served
from trackagoat.ingest.testing.tiktok import TikTok

Pool = Any
ORG = OrgId(UUID(int=7))
KEY = base64.b64encode(bytes(range(32))).decode()
START = datetime(2026, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHO = "daily_hay"


class Ranch:
    """A service that reads accounts with their owners' consent, and the server that gives it."""

    def __init__(self, pool: Pool, web: Web) -> None:
        self.pool, self.web, self.now = pool, web, START
        self.tiktok = TikTok(Simulator(clock=self.clock), clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def open(self, url: str) -> None:
        self.login = Login(self.web, self.tiktok.client_key, self.tiktok.client_secret, url)

        def opened(account: Account) -> DisplayApi | None:
            tokens = kept(KEY, account)
            return None if tokens is None else DisplayApi(self.web, tokens.access_token, url)

        display = Configured(DisplayApi(self.web, "", url), account=opened)
        spare = Configured(Simulator(clock=self.clock), is_simulated)
        renewals = Renewals({"display_api": self.login}, KEY)
        self.service = assembled([display, spare], VAULT, patience=0, renewals=renewals)

    async def ask(self, *commands: Any) -> None:
        outcomes = await handle(self.pool, self.service, Ask(org=ORG, command_id=clock.new_id(), at=self.now), commands)
        assert [o.refused for o in outcomes] == [None] * len(commands)

    async def connect(self) -> None:
        tokens = await self.login.exchange(self.tiktok.consent(WHO), self.tiktok.redirect_uri)
        assert isinstance(tokens, Tokens)
        await self.ask(
            ConnectAccount(
                connection=clock.new_id(),
                source="display_api",
                tiktok_handle=WHO,
                account=tokens.open_id,
                scopes=tokens.scopes,
                sealed_tokens=seal_tokens(KEY, tokens, account_context(ORG, "display_api", WHO)),
                expires_at=self.now + timedelta(seconds=tokens.expires_in),
                renewable_until=self.now + timedelta(seconds=tokens.refresh_expires_in),
            )
        )

    async def pass_by(self, time: timedelta) -> None:
        self.now += time
        await work(self.pool, self.service, self.now)

    async def sources(self) -> list[str]:
        return [snapshot.source for snapshot in await said(self.pool, StatsSnapshotted)]


@pytest.fixture
async def ranch(schema: Callable[[str], Awaitable[Pool]]) -> AsyncIterator[Ranch]:
    async with Web() as web:
        ranch = Ranch(await schema("ingest"), web)
        async with served(ranch.tiktok.app()) as url:
            ranch.open(url)
            await ranch.ask(
                AddCreator(
                    creator=CreatorId(UUID(int=1)), project=ProjectId(UUID(int=2)), tiktok_handle="Daily_Hay",
                    today=date(2026, 1, 1),
                )
            )  # fmt: skip
            yield ranch


async def test_a_connected_account_is_read_with_its_owners_consent_and_others_by_the_next_source(ranch: Ranch) -> None:
    await ranch.pass_by(timedelta())
    assert set(await ranch.sources()) == {"simulator"}
    await ranch.connect()
    for _ in range(17):
        await ranch.pass_by(1.5 * HOUR)
    assert (await ranch.sources())[-1] == "display_api"
    assert await said(ranch.pool, ScrapeFailed) == []


async def test_no_secret_is_stored_in_clear(ranch: Ranch) -> None:
    await ranch.connect()
    (grant,) = ranch.tiktok.grants
    stored = await ranch.pool.fetchval("SELECT string_agg(data::text, '') FROM events")
    stored += await ranch.pool.fetchval("SELECT string_agg(a::text, '') FROM source_accounts a")
    assert grant.access_token not in stored
    assert grant.refresh_token not in stored


async def test_tokens_are_renewed_before_they_expire_for_as_long_as_the_account_is_connected(ranch: Ranch) -> None:
    await ranch.connect()
    for _ in range(24):
        await ranch.pass_by(HOUR / 2)
    renewed = await said(ranch.pool, AccountRenewed)
    assert len(renewed) == 8, "every hour and a half of two hours"
    assert len({event.sealed_tokens for event in renewed}) == 8
    assert set(await ranch.sources()) == {"display_api"}
    assert await said(ranch.pool, ScrapeFailed) == []


async def test_a_token_that_is_not_accepted_is_renewed_at_once_and_the_scrape_goes_on_a_minute_later(
    ranch: Ranch,
) -> None:
    await ranch.connect()
    ranch.tiktok.grants[0].access_token = "replaced elsewhere"
    await ranch.pass_by(timedelta())
    assert {f.outcome for f in await said(ranch.pool, ScrapeFailed)} == {"error"}
    assert len(await said(ranch.pool, AccountRenewed)) == 1
    await ranch.pass_by(timedelta(minutes=1))
    assert set(await ranch.sources()) == {"display_api"}


async def test_a_withdrawn_consent_disconnects_and_the_next_source_takes_over(ranch: Ranch) -> None:
    await ranch.connect()
    ranch.tiktok.withdraw(WHO)
    await ranch.pass_by(timedelta())
    assert [gone.reason for gone in await said(ranch.pool, AccountDisconnected)] == ["revoked"]
    assert await ranch.pool.fetchval("SELECT sealed_tokens FROM source_accounts") == ""
    await ranch.pass_by(timedelta(minutes=1))
    assert set(await ranch.sources()) == {"simulator"}
    assert await ranch.pool.fetchval("SELECT count(*) FROM due WHERE kind = 'renew_account'") == 0
    await ranch.connect()
    for _ in range(17):
        await ranch.pass_by(1.5 * HOUR)
    assert (await ranch.sources())[-1] == "display_api"


async def test_a_server_that_is_down_costs_no_connection(ranch: Ranch) -> None:
    await ranch.connect()
    ranch.tiktok.down = True
    for minutes in (100, 5, 30, 60, 60):
        await ranch.pass_by(timedelta(minutes=minutes))
    assert await said(ranch.pool, AccountDisconnected) == []
    ranch.tiktok.down = False
    await ranch.pass_by(HOUR)
    assert len(await said(ranch.pool, AccountRenewed)) == 1


async def test_a_consent_that_ran_out_is_not_asked_for_any_more(ranch: Ranch) -> None:
    await ranch.connect()
    await ranch.pass_by(timedelta(days=200))
    assert [gone.reason for gone in await said(ranch.pool, AccountDisconnected)] == ["expired"]


async def test_short_and_empty_pages_cost_no_post(ranch: Ranch) -> None:
    await ranch.connect()
    ranch.tiktok.most, ranch.tiktok.empty = 2, 3
    await ranch.pass_by(timedelta())
    since = datetime(2026, 1, 1, tzinfo=UTC)
    there = takewhile(lambda post: (post.posted_at or START) >= since, World().posts_at(WHO, START))
    ids = [post.tiktok_video_id for post in there]
    assert len(ids) > 2
    assert [found.tiktok_video_id for found in await said(ranch.pool, VideoDiscovered)] == ids
    assert set(await ranch.sources()) == {"display_api"}
    assert await said(ranch.pool, DiscoveryGapFound) == []


async def test_too_many_calls_let_the_source_rest_as_long_as_it_says(ranch: Ranch) -> None:
    await ranch.connect()
    ranch.tiktok.calls_per_minute, ranch.tiktok.retry_after = 0, 90
    await ranch.pass_by(timedelta())
    rests = await ranch.pool.fetchval("SELECT rests_until FROM source_standings WHERE source = 'display_api'")
    assert rests == START + timedelta(seconds=90)
    waiting = "SELECT DISTINCT due_at, attempts FROM due WHERE kind IN ('creator_profiles', 'discover_videos')"
    assert [tuple(row) for row in await ranch.pool.fetch(waiting)] == [(rests, 0)]
    assert (await ranch.sources(), len(ranch.tiktok.calls)) == ([], 1)
    ranch.tiktok.calls_per_minute = None
    await ranch.pass_by(timedelta(seconds=90))
    assert set(await ranch.sources()) == {"display_api"}


async def test_an_answer_of_another_shape_is_kept_and_the_next_source_takes_over(ranch: Ranch) -> None:
    await ranch.connect()
    ranch.tiktok.changed = True
    await ranch.pass_by(timedelta())
    assert set(await ranch.sources()) == {"simulator"}
    standing = await ranch.pool.fetchval("SELECT outcome FROM source_standings WHERE source = 'display_api'")
    assert standing == "schema_changed"
    kept_ = await ranch.pool.fetch("SELECT source, kind, body FROM raw_answers ORDER BY kind")
    assert [(row["source"], row["kind"]) for row in kept_] == [
        ("display_api", "creator_profiles"), ("display_api", "discover_videos"),
    ]  # fmt: skip
    assert all(b"aweme_id" in row["body"] for row in kept_)


async def test_another_installations_key_opens_nothing(ranch: Ranch) -> None:
    await ranch.connect()
    row = await ranch.pool.fetchrow(
        "SELECT org, source, handle_key, tiktok_handle, connection, sealed_tokens, renewable_until FROM source_accounts"
    )
    assert kept(base64.b64encode(bytes(32)).decode(), Account(**row)) is None
    moved = Account(**{**row, "handle_key": "another"})
    assert kept(KEY, moved) is None


async def test_erasing_a_creator_ends_its_connection_and_leaves_no_trace_of_whose_it_was(ranch: Ranch) -> None:
    await ranch.connect()
    await ranch.ask(EraseCreator(creator=CreatorId(UUID(int=1))))
    (gone,) = await said(ranch.pool, AccountDisconnected)
    assert (gone.reason, gone.source) == ("disconnected", "display_api")
    assert await ranch.pool.fetchval("SELECT count(*) FROM source_accounts") == 0
    assert await ranch.pool.fetchval("SELECT count(*) FROM due WHERE kind = 'renew_account'") == 0
    before = len(await said(ranch.pool))
    await ranch.pass_by(10 * HOUR)
    assert len(await said(ranch.pool)) == before
    await ranch.connect()
    assert len(await said(ranch.pool, AccountConnected)) == 2, "its owner may consent anew"


CONNECT = ConnectAccount(
    connection=UUID(int=1), source="s", tiktok_handle="Ana", account="1", scopes=["a"], sealed_tokens="x",
    expires_at=START, renewable_until=START,
)  # fmt: skip
CONNECTED = AccountConnected(
    connection=UUID(int=1), source="s", tiktok_handle="Ana", account="1", scopes=["a"], sealed_tokens="x",
    expires_at=START, renewable_until=START,
)  # fmt: skip
RENEW = RenewAccount(
    connection=UUID(int=1), source="s", tiktok_handle="ana", sealed_tokens="y", expires_at=START, renewable_until=START
)
DECIDER: Any = account_decider(["s"])


def test_an_account_connects_to_a_source_that_reads_with_consent_only() -> None:
    Given(DECIDER).when(CONNECT).then(CONNECTED)
    Given(account_decider([])).when(CONNECT).refused(UnknownSource)


def test_only_the_connection_that_stands_is_renewed() -> None:
    renewed = AccountRenewed(
        connection=UUID(int=1), source="s", tiktok_handle="ana", sealed_tokens="y", expires_at=START,
        renewable_until=START,
    )  # fmt: skip
    Given(DECIDER, CONNECTED).when(RENEW).then(renewed)
    Given(DECIDER).when(RENEW).then()
    other = msgspec.structs.replace(CONNECTED, connection=UUID(int=2))
    Given(DECIDER, CONNECTED, other).when(RENEW).then()


def test_a_connection_is_ended_by_its_id_once() -> None:
    gone = AccountDisconnected(connection=UUID(int=1), source="s", tiktok_handle="ana", reason="disconnected")
    Given(DECIDER, CONNECTED).when(EndConnection(connection=UUID(int=1))).then(gone)
    Given(DECIDER, CONNECTED).when(EndConnection(connection=UUID(int=9))).then()


def test_disconnecting_what_was_never_connected_is_refused_unless_it_means_another_connection() -> None:
    gone = AccountDisconnected(connection=UUID(int=1), source="s", tiktok_handle="ANA", reason="disconnected")
    end = DisconnectAccount(source="s", tiktok_handle="ANA")
    Given(DECIDER).when(end).refused(NotConnected)
    outdated = DisconnectAccount(source="s", tiktok_handle="ana", connection=UUID(int=9), reason="revoked")
    Given(DECIDER, CONNECTED).when(outdated).then()
    assert DECIDER.decide(end, DECIDER.fold(DECIDER.initial, [CONNECTED])) == [gone]
