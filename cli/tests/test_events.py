"""`goat events`: the feeds as they are stored, the past as it was, the descriptions as files."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from trackagoat.cli import feeds, past
from trackagoat.cli.events import events
from trackagoat.cli.state import Child, Folder, State
from trackagoat.events import clock, schemas
from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign
from trackagoat.events.catalogue.ingest import AddCreator
from trackagoat.events.catalogue.words import CampaignId, CreatorId, OrgId, ProjectId
from trackagoat.events.catalogue.workspace import CreateOrg, CreateProject, UpdateOrg
from trackagoat.events.envelope import Ask
from trackagoat.events.sequencer import sequence
from trackagoat.events.testing.play import handle
from trackagoat.events.testing.plugin import Database
from trackagoat.events.testing.vault import SECRET_KEY
from trackagoat.events.topology import SERVICES
from trackagoat.workspace.service import service as workspace
from trackagoat.workspace.settings import Settings

WORKSPACE = workspace(Settings(database_url="postgresql://unused", secret_key=SECRET_KEY))
START = clock.now() - timedelta(days=10)
ORG, OTHER = OrgId(clock.new_id()), OrgId(clock.new_id())
PROJECT = ProjectId(clock.new_id())


class Goat:
    """The command, speaking to a test's database."""

    def __init__(self, folder: Folder, database: Database) -> None:
        self.folder, self.database = folder, database

    async def __call__(self, *words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, events, [*words, "--state", str(self.folder.path)])

    async def lines(self, *words: str) -> list[Any]:
        done = await self(*words)
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.output.splitlines()]


@pytest.fixture
async def pool(schema: Callable[[str], Awaitable[Any]]) -> Any:
    return await schema("workspace")


@pytest.fixture
async def goat(tmp_path: Path, database: Database, pool: Any) -> Goat:
    """Two organizations; the first is renamed a day after it was opened, and has a project."""
    folder = Folder(tmp_path / "state")
    folder.prepare()
    folder.write(State("", database.dsn(), "nats://nowhere", Child.of(os.getpid())))
    service = WORKSPACE
    told = [
        (ORG, CreateOrg(org=ORG, name="Acme")),
        (OTHER, CreateOrg(org=OTHER, name="Other")),
        (ORG, UpdateOrg(org=ORG, name="Acme Ltd")),
        (ORG, CreateProject(project=PROJECT, name="Spring")),
    ]
    for day, (org, command) in enumerate(told):
        at = START + timedelta(days=day)
        (outcome,) = await handle(pool, service, Ask(org=org, command_id=clock.new_id(), at=at), [command])
        assert outcome.refused is None
    await sequence(pool)
    return Goat(folder, database)


def types(facts: list[Any]) -> list[str]:
    return [fact["type"].removesuffix(".v1") for fact in facts]


async def test_tail_shows_the_latest_facts_in_order(goat: Goat) -> None:
    assert types(await goat.lines("tail", "--json", "--limit", "3")) == [
        "org.created",
        "org.updated",
        "project.created",
    ]
    shown = (await goat("tail")).output.splitlines()
    assert len(shown) == 4
    assert "workspace/4" in shown[-1]
    assert "project.created.v1" in shown[-1]


async def test_replay_prints_a_range_in_feed_order(goat: Goat) -> None:
    whole = await goat.lines("replay")
    assert [fact["seq"] for fact in whole] == [1, 2, 3, 4]
    assert whole[0]["data"]["name"] == "Acme"
    part = await goat.lines("replay", "--service", "workspace", "--since", "1", "--until", "3")
    assert [fact["seq"] for fact in part] == [2, 3]
    assert len(await goat.lines("replay", "--limit", "2")) == 2


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (["--org", "Other"], ["org.created"]),
        (["--org", str(OTHER), "--type", "project.*"], []),
        (["--type", "org.*"], ["org.created", "org.created", "org.updated"]),
        (["--type", "org.updated", "--type", "project.created.v1"], ["org.updated", "project.created"]),
        (["--service", "ingest"], []),
        (["--stream", "nothing"], []),
        (["--since", (START + timedelta(days=2)).isoformat()], ["org.updated", "project.created"]),
        (["--since", "220h", "--until", "8d", "--org", "Other"], ["org.created"]),
    ],
)
async def test_filters_narrow_what_is_shown(goat: Goat, filters: list[str], expected: list[str]) -> None:
    assert types(await goat.lines("replay", *filters)) == expected


async def test_replay_reads_on_beyond_one_page(goat: Goat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "PAGE", 3)
    assert len(await goat.lines("replay")) == 4


async def test_following_shows_what_comes_and_nothing_twice(goat: Goat, pool: Any) -> None:
    wanted = feeds.Wanted(services=["workspace"])
    async with feeds.database(goat.folder) as db:
        coming = feeds.followed(db, wanted, await feeds.heads(db, wanted.services))
        first = asyncio.ensure_future(anext(coming))
        for name in ("Summer", "Autumn"):
            ask = Ask(org=ORG, command_id=clock.new_id(), at=clock.now())
            project = CreateProject(project=ProjectId(clock.new_id()), name=name)
            await handle(pool, WORKSPACE, ask, [project])
            await sequence(pool)
        async with asyncio.timeout(20):
            found = [await first, await anext(coming)]
    assert [json.loads(bytes(fact.data))["name"] for fact in found] == ["Summer", "Autumn"]


async def test_show_prints_one_fact_whole(goat: Goat) -> None:
    (fact,) = await goat.lines("replay", "--type", "project.created")
    shown = await goat("show", fact["id"], "--json")
    assert json.loads(shown.output) == fact
    unknown = await goat("show", str(UUID(int=1)))
    assert unknown.exit_code == 1
    assert "no service said anything under the id" in unknown.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["tail", "--type", "nothing.*"], "no event is called nothing.*"),
        (["tail", "--since", "5"], "say which with --service"),
        (["tail", "--since", "soon"], "is no seq, no time"),
        (["tail", "--org", "Nobody"], "there is no organization Nobody"),
        (["as-of", "workspace", "nothing", "--org", "Acme Ltd"], "has no stream nothing"),
        (["as-of", "workspace", "org", "--org", "Acme Ltd", "--at", "7"], "is no time"),
    ],
)
async def test_what_cannot_be_answered_is_said_in_one_line(goat: Goat, words: list[str], sentence: str) -> None:
    done = await goat(*words)
    assert done.exit_code != 0
    assert sentence in done.output


async def test_a_stream_is_folded_as_it_was(goat: Goat) -> None:
    async def name(*words: str) -> Any:
        done = await goat("as-of", "workspace", stream, "--org", "Acme Ltd", *words)
        assert done.exit_code == 0, done.output
        answer = json.loads(done.output)
        return answer["version"], (answer["state"] or {}).get("name")

    (stream,) = {fact["stream"] for fact in await goat.lines("replay", "--type", "org.*", "--org", "Acme Ltd")}
    assert await name() == (3, "Acme Ltd")
    assert await name("--version", "1") == (1, "Acme")
    assert await name("--at", (START + timedelta(days=1)).isoformat()) == (1, "Acme")
    assert await name("--at", "30d") == (0, None)


async def test_every_decider_has_a_state_that_can_be_shown() -> None:
    for service in SERVICES:
        for decider in past.deciders(service):
            json.dumps(past.plain(decider.initial))


def test_a_state_of_maps_with_composite_keys_is_shown() -> None:
    creator, campaign = CreatorId(clock.new_id()), CampaignId(clock.new_id())
    added = AddCreator(creator=creator, project=PROJECT, tiktok_handle="ada", today=clock.now().date())
    opened = CreateCampaign(campaign=campaign, project=PROJECT, name="Spring")
    held = AddItem(campaign=campaign, project=PROJECT, item_type="creator", item=creator, item_project=PROJECT)
    for service, commands in (("ingest", [added]), ("campaigns", [opened, held])):
        decider = past.deciders(service)[0]
        state = decider.initial
        for command in commands:
            state = decider.fold(state, decider.decide(command, state))
        assert str(creator) in json.dumps(past.plain(state))


def test_the_catalogue_is_written_once_and_then_of_today(tmp_path: Path) -> None:
    def catalogue(*words: str) -> Result:
        return CliRunner().invoke(events, ["catalogue", "--out", str(tmp_path), *words])

    assert catalogue("--check").exit_code == 1
    assert "asyncapi.json" in catalogue().output
    assert catalogue("--check").output.endswith("of today\n")
    (tmp_path / "asyncapi.json").write_text("{}")
    assert "not of today: asyncapi.json" in catalogue("--check").output
    assert catalogue("--check", "--format", "json-schema").exit_code == 0
    assert json.loads(CliRunner().invoke(events, ["catalogue"]).output)["asyncapi"] == "3.0.0"


def test_a_schema_that_would_be_broken_is_not_overwritten(tmp_path: Path) -> None:
    schema = json.loads(schemas.files()["video.removed.v1.json"])
    schema["$defs"]["VideoRemoved"]["properties"]["reason"] = {"type": "string"}
    file = tmp_path / "schemas" / "video.removed.v1.json"
    file.parent.mkdir()
    file.write_text(json.dumps(schema))
    done = CliRunner().invoke(events, ["catalogue", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "video.removed.v1: .reason is gone" in done.output
    assert json.loads(file.read_text()) == schema
