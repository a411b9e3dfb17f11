"""Somebody asks to be forgotten: nothing of the person is in clear before, and nothing is readable afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from trackagoat.embedded import Nats, Postgres
from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import ProfileReading, RecordScrape
from trackagoat.events.catalogue.notifications import RaiseAlert, Subject
from trackagoat.events.catalogue.words import CreatorId, ProjectId
from trackagoat.events.personal import KeyRow
from trackagoat.events.testing.vault import VAULT

if TYPE_CHECKING:
    from tests.journeys.conftest import Goat

pytestmark = pytest.mark.timeout(240)
CANARIES = [f"canary{name}" for name in ("Name", "Override", "Bio", "Avatar", "Notes", "Again")]


def places(word: bytes, *folders: Path) -> list[str]:
    """The files in which the word stands."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [str(path) for path in files if word in path.read_bytes()]


async def test_an_erased_creator_is_forgotten_everywhere(
    house: Any, goat: Goat, postgres: Postgres, nats_server: Nats, capfd: pytest.CaptureFixture[str]
) -> None:
    org, api = await house.org()
    project = await api.ok("POST", "/projects", {"name": "inTheClear"})
    body = {"tiktok_handle": "ana", "display_name_override": "canaryOverride", "readme": "canaryNotes"}
    path, key = f"/projects/{project['id']}/creators", {"Idempotency-Key": "once"}
    _, first = await api.call("POST", path, body, **key)
    _, again = await api.call("POST", path, body, **key)
    assert first == again
    assert (first["data"]["display_name"], first["data"]["readme"]) == ("canaryOverride", "canaryNotes")
    id = CreatorId(UUID(first["data"]["id"]))
    profile = ProfileReading(display_name="canaryName", bio="canaryBio", avatar_url="https://x/canaryAvatar")
    scrape = RecordScrape(
        creator=id,
        project=ProjectId(UUID(project["id"])),
        source="import",
        fetched_at=clock.now(),
        tracking_mode="auto",
        profile=profile,
    )
    await house.ask(org, scrape)
    await api.ok("PATCH", f"/creators/{id}", {"readme": "canaryAgain", "display_name_override": None})
    shown = await api.ok("GET", f"/creators/{id}")
    assert (shown["display_name"], shown["bio"]) == ("canaryName", "canaryBio")
    assert (shown["avatar_url"], shown["readme"]) == ("https://x/canaryAvatar", "canaryAgain")
    key_row = await goat.ask("SELECT key FROM ingest.subject_keys WHERE subject = $1", id)
    sealed = await goat.ask("SELECT readme FROM ingest.creators WHERE creator = $1", id)
    assert VAULT.opened([KeyRow(id, org, key_row)])[id].open(sealed.split(".")[-1].encode()) == "canaryAgain"

    gap = RaiseAlert(
        kind="discovery_gap",
        severity="warning",
        entity=Subject("creator", id, "@canaryHandle"),
        creator=id,
        payload={"creator_id": str(id), "gap_from": "x", "gap_to": "y", "posts_read": 1, "outcome": "ok"},
    )
    await house.ask(org, gap)

    done = await goat("erase", "creator", str(id), "--yes")
    assert (done.status, done.out) == (0, f"creator {id}: erased, 5 facts purged from the streams\n")
    assert (await goat("erase", "creator", str(id), "--yes", "--json")).json["purged"] == 0

    status, gone = await api.call("GET", f"/creators/{id}")
    assert status == 200
    assert [gone["data"][name] for name in ("display_name", "bio", "avatar_url", "readme")] == [None] * 4
    _, told = await api.call("POST", path, body, **key)
    assert (told["data"]["display_name"], told["data"]["readme"]) == (None, None)
    await goat.sql("CHECKPOINT")
    folders = (Path(postgres.folder), Path(nats_server.folder))
    assert places(b"canaryHandle", folders[1]) == []
    out, err = capfd.readouterr()
    assert places(b"inTheClear", folders[0])
    assert places(b"inTheClear", folders[1])
    for canary in CANARIES:
        assert places(canary.encode(), *folders) == []
        assert canary not in out + err
    assert places(key_row.encode(), Path(postgres.folder) / "data" / "base") == []
    assert places(sealed.encode(), Path(nats_server.folder)) == []
    assert (await goat("doctor")).status == 0
    assert {one["state"] for one in (await goat("events", "reconcile", "--json")).json} == {"in step"}

    back = await api.ok("POST", path, {"tiktok_handle": "ana", "readme": "another person"})
    assert (back["id"] != str(id), back["readme"]) == (True, "another person")


async def test_who_is_not_there_cannot_be_erased(goat: Goat) -> None:
    answer = await goat("erase", "creator", str(UUID(int=1)), "--yes")
    assert (answer.status, "there is no creator" in answer.err) == (1, True)
