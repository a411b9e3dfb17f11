"""The whole system as a person runs it, with every process killed in the middle of an import."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from trackagoat.embedded.processes import free_port
from trackagoat.events.host.provision import SCHEMAS

CREATORS, POSTS = 40, 12
COLUMNS = [
    *("handle", "followers", "video_id", "posted_at", "scraped_at", "duration"),
    *("views", "likes", "comments", "shares", "saves"),
]
FIRST = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Goat:
    """The command line, with a state folder of this test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a command."""
        command = [sys.executable, "-m", "trackagoat.cli", *arguments, "--state", str(self.folder)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)

    def finish(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end: (exit status, output, errors)."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=150)
        return process.returncode, out, err

    def run(self, *arguments: str) -> Any:
        """The JSON answer of a command that must succeed."""
        status, out, err = self.finish(*arguments, "--json")
        assert status == 0, err
        return json.loads(out)

    @property
    def state(self) -> Any:
        """What runs."""
        return json.loads((self.folder / "state.json").read_text())


@pytest.fixture
def goat(tmp_path: Path) -> Iterator[Goat]:
    """A running system; nothing of it is left afterwards."""
    goat = Goat(tmp_path)
    status, _, err = goat.finish("up", "--detach", "--port", str(goat.port))
    assert status == 0, err
    yield goat
    pids = [child["pid"] for part in ("services", "servers") for child in goat.state[part].values()]
    goat.finish("down")
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def write_posts(file: Path) -> dict[str, int]:
    """A file of readings, two per post, and the totals it must come to."""
    totals = {"views": 0, "likes": 0, "comments": 0, "shares": 0, "saves": 0, "video_count": CREATORS * POSTS}
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(
            [
                "handle",
                "followers",
                "video_id",
                "posted_at",
                "scraped_at",
                "duration",
                "views",
                "likes",
                "comments",
                "shares",
                "saves",
            ]
        )
        for reading in (1, 2):
            for creator in range(CREATORS):
                for post in range(POSTS):
                    posted = FIRST + timedelta(hours=creator * POSTS + post)
                    counts = [reading * (creator * 1000 + post * 10 + n) for n in range(5)]
                    id = (int(posted.timestamp()) << 32) + creator * POSTS + post
                    read = posted + timedelta(days=reading)
                    rows.writerow([f"goat{creator}", 100, id, posted.isoformat(), read.isoformat(), "00:10", *counts])
                    if reading == 2:
                        for name, count in zip(totals, counts, strict=False):
                            totals[name] += count
    return totals


def wait(look: Callable[[], Any], seconds: float = 90) -> Any:
    """What `look` answers once it is truthy."""
    limit = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < limit, "it never came true"
        time.sleep(0.1)
    return found


async def test_totals_are_right_though_everything_was_killed_during_the_import(goat: Goat, tmp_path: Path) -> None:
    goat.run("orgs", "create", "Herd")
    project = goat.run("projects", "create", "Posts")["project_id"]
    key = goat.run("keys", "create")["key"]
    expected = write_posts(tmp_path / "posts.csv")
    importing = goat.start("import", str(tmp_path / "posts.csv"), "--project", project, "--json")
    for victim in [*SCHEMAS, "nats", *SCHEMAS]:
        kill(goat, victim)
    out, err = importing.communicate(timeout=150)
    assert importing.returncode == 0, err
    assert json.loads(out)["new_snapshots"] <= CREATORS * POSTS * 2
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {key}"}) as http:
        campaign = await campaign_of_all(http, goat, project)
        assert await settled(http, goat, campaign) == expected
        forget_nats(goat)
        again = goat.run("import", str(tmp_path / "posts.csv"), "--project", project)
        assert [again[n] for n in ("new_creators", "new_videos", "new_snapshots")] == [0, 0, 0]
        assert await settled(http, goat, campaign) == expected


def kill(goat: Goat, name: str) -> None:
    """`kill -9`, then wait until the supervisor has started it again."""
    part = "servers" if name == "nats" else "services"
    pid = goat.state[part][name]["pid"]
    os.kill(pid, signal.SIGKILL)
    wait(lambda: goat.state[part].get(name, {}).get("pid") not in {pid, None})


def forget_nats(goat: Goat) -> None:
    """Take everything NATS has stored away."""
    shutil.rmtree(goat.folder / "nats" / "jetstream")
    kill(goat, "nats")


async def call(http: aiohttp.ClientSession, goat: Goat, method: str, path: str, body: Any = None) -> Any:
    """`data` of a success; a service that is being started again is waited for."""
    for _ in range(300):
        try:
            async with http.request(method, f"http://127.0.0.1:{goat.port}/api/v1{path}", json=body) as answer:
                if answer.status not in {429, 503}:
                    return (await answer.json())["data"]
        except aiohttp.ClientConnectionError:
            pass
        await asyncio.sleep(0.2)
    raise AssertionError(path)


async def campaign_of_all(http: aiohttp.ClientSession, goat: Goat, project: str) -> str:
    """A campaign that holds every creator of the project."""
    campaign = (await call(http, goat, "POST", f"/projects/{project}/campaigns", {"name": "All"}))["id"]
    creators = await call(http, goat, "GET", f"/creators?project_id={project}&limit=100")
    assert len(creators) == CREATORS
    items = [{"item_type": "creator", "item_id": creator["id"]} for creator in creators]
    await call(http, goat, "POST", f"/campaigns/{campaign}/items", {"items": items})
    return str(campaign)


async def settled(http: aiohttp.ClientSession, goat: Goat, campaign: str) -> Any:
    """The campaign's totals once every service has heard everything."""
    wait(lambda: goat.finish("status")[0] == 0)
    totals: Any = None
    for _ in range(50):
        totals = (await call(http, goat, "GET", f"/campaigns/{campaign}"))["totals"]
        if totals.pop("creator_count") == CREATORS and totals["video_count"] == CREATORS * POSTS:
            return totals
        await asyncio.sleep(0.2)
    raise AssertionError(totals)
