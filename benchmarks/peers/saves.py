"""pyeventsourcing on PostgreSQL: aggregates are read, changed and saved by a pool of threads.

Runs under the peers' own Python. Given: a connection, how many saves, how many aggregates, how many threads.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Org(Aggregate):
    @event("Opened")
    def __init__(self, name: str) -> None:
        self.name = name

    @event("Renamed")
    def rename(self, name: str) -> None:
        self.name = name


class Orgs(Application):
    def open(self, name: str) -> UUID:
        org = Org(name)
        self.save(org)
        return org.id

    def rename(self, id: UUID, name: str) -> None:
        org = self.repository.get(id)
        org.rename(name)
        self.save(org)


def main() -> None:
    given = json.loads(sys.argv[1])
    threads = given["threads"]
    app = Orgs(
        env={
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(given["port"]),
            "POSTGRES_DBNAME": given["database"],
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": given["password"],
            "POSTGRES_POOL_SIZE": str(threads),
            "POSTGRES_MAX_OVERFLOW": "0",
            "AGGREGATE_CACHE_MAXSIZE": "4096",
            "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
        }
    )
    ids = [app.open(f"org {n}") for n in range(given["aggregates"])]
    saves = given["saves"]
    took: list[float] = []

    def save(n: int) -> None:
        began = time.perf_counter()
        app.rename(ids[n % len(ids)], f"name {n}")
        took.append(time.perf_counter() - began)

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(save, range(saves)))
    rate = saves / (time.perf_counter() - began)
    took.sort()
    print(json.dumps({"rate": rate, "p50": took[len(took) // 2] * 1000, "p99": took[len(took) * 99 // 100] * 1000}))
    app.close()


if __name__ == "__main__":
    main()
