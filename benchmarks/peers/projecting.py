"""pyeventsourcing's projection: events of an application become rows in PostgreSQL, one event a transaction.

Runs under the peers' own Python. Given: a connection, how many creators with fifteen posts each, how many scrapes.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

POSTS = 15
SPACE = UUID(int=7)


class Creator(Aggregate):
    @event("Added")
    def __init__(self, campaigns: list[str]) -> None:
        self.campaigns = campaigns

    @event("Discovered")
    def discover(self, video: str) -> None:
        pass

    @event("Snapshotted")
    def snapshot(self, readings: list[Any]) -> None:
        pass


class Creators(Application):
    pass


class View(PostgresTrackingRecorder):
    """Levels per video and totals per campaign, moved by their difference in one statement per event."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements += [
            SQL("CREATE TABLE videos (video uuid PRIMARY KEY, creator uuid, views bigint, likes bigint)"),
            SQL("CREATE TABLE memberships (creator uuid, campaign uuid, PRIMARY KEY (creator, campaign))"),
            SQL("CREATE TABLE totals (campaign uuid PRIMARY KEY, views bigint, likes bigint) WITH (fillfactor = 70)"),
        ]

    def run(self, tracking: Tracking, statement: str, *given: Any) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(statement.encode(), given, prepare=True)
            self._insert_tracking(cursor, tracking)


ADD = """
WITH one AS (INSERT INTO memberships SELECT %s, unnest(%s::uuid[]) RETURNING campaign)
INSERT INTO totals SELECT campaign, 0, 0 FROM one ON CONFLICT DO NOTHING
"""
DISCOVER = "INSERT INTO videos VALUES (%s, %s, 0, 0)"
SNAPSHOT = """
WITH t AS (SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS t(video, views, likes)),
noted AS (
    UPDATE videos v SET views = t.views, likes = t.likes FROM t JOIN videos o USING (video) WHERE v.video = t.video
    RETURNING v.creator, t.views - o.views AS views, t.likes - o.likes AS likes
), shift AS (
    SELECT m.campaign, sum(n.views) AS views, sum(n.likes) AS likes FROM noted n JOIN memberships m USING (creator)
    GROUP BY m.campaign
)
UPDATE totals c SET views = c.views + s.views, likes = c.likes + s.likes FROM shift s WHERE c.campaign = s.campaign
"""


class Totals(Projection[View]):
    name = "totals"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        match domain_event:
            case Creator.Added(originator_id=creator, campaigns=campaigns):
                self.view.run(tracking, ADD, creator, campaigns)
            case Creator.Discovered(originator_id=creator, video=video):
                self.view.run(tracking, DISCOVER, video, creator)
            case Creator.Snapshotted(readings=readings):
                self.view.run(tracking, SNAPSHOT, *map(list, zip(*readings, strict=True)))


def fill(app: Creators, creators: int, scrapes: int) -> int:
    """The events; how many."""
    top = [str(uuid5(SPACE, f"campaign {n}")) for n in range(2)]
    for number in range(creators):
        creator = Creator(campaigns=[*top, str(uuid5(SPACE, f"leaf {number // 64}"))])
        videos = [str(uuid5(SPACE, f"{number} {k}")) for k in range(POSTS)]
        for video in videos:
            creator.discover(video)
        for scrape in range(scrapes):
            creator.snapshot([(video, 1000 + 37 * scrape, 100 + 5 * scrape) for video in videos])
        app.save(creator)
    return creators * (1 + POSTS + scrapes)


def main() -> None:
    given = json.loads(sys.argv[1])
    env = {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_PORT": str(given["port"]),
        "POSTGRES_DBNAME": given["database"],
        "POSTGRES_USER": "postgres",
        "POSTGRES_PASSWORD": given["password"],
    }
    app = Creators(env=env)
    facts = fill(app, given["creators"], given["scrapes"])
    last = app.recorder.max_notification_id()
    began = time.perf_counter()
    with ProjectionRunner(application_class=Creators, projection_class=Totals, view_class=View, env=env) as runner:
        runner.wait(last, timeout=600)
    print(json.dumps({"rate": facts / (time.perf_counter() - began)}))
    app.close()


if __name__ == "__main__":
    main()
