"""Which faults happen when: a plan that follows from a seed and a length, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random  # noqa: TID251 - the plan is a function of its seed
from typing import Literal

import msgspec

from trackagoat.events.crash import POINTS
from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.topology import SERVICES

Kind = Literal[
    "kill service",
    "kill nats",
    "kill postgres",
    "wipe nats",
    "pause service",
    "pause nats",
    "pause postgres",
    "cut",
    "slow",
    "half-open",
    "mute",
    "crash point",
    "rebuild",
]

DECK: tuple[Kind, ...] = (
    *("kill service", "kill service", "kill nats", "kill postgres", "wipe nats"),
    *("pause service", "pause service", "pause nats", "pause postgres"),
    *("cut", "cut", "slow", "half-open", "mute", "mute"),
    *("crash point",) * 8,
    *("rebuild",) * 3,
)
"""Dealt in a shuffled order, again and again, so that a minute sees every kind."""

WAYS = ("postgres", "nats")
PLACES: dict[str, tuple[str, ...]] = {
    "writer.committed": SERVICES,
    "command.answered": SERVICES,
    "relay.published": SERVICES,
    "due.claimed": ("goals", "notifications"),
    "due.ran": ("goals", "notifications"),
    "due.finished": ("goals", "notifications"),
    "follower.paged": ("ingest", "campaigns", "goals", "notifications"),
    "follower.applied": ("ingest", "campaigns", "goals", "notifications"),
}
"""Who passes each crash point while it runs."""
REBUILD_POINTS = tuple(name for name in POINTS if name.startswith("rebuild."))
TWINS = ("campaigns-2", "goals-2")
"""Second replicas, which share the lanes of the first."""
RUNNING = (*SCHEMAS, *TWINS)

FIRST_SECONDS = 2.0
GAP_SECONDS = (0.6, 2.6)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes wrong `at` seconds after the load began, and lasts for `seconds` where that means anything.

    `victim` is a service or a server, `detail` the way that is disturbed, or the crash point and its turn (of a
    rebuild: empty when it is to come to its end).
    """

    at: float
    kind: Kind
    victim: str
    detail: str = ""
    seconds: float = 0.0


def plan(seed: int, seconds: float, only: Sequence[Kind] = DECK) -> list[Fault]:
    """The faults of a run, of these kinds alone."""
    deck = [kind for kind in DECK if kind in only]
    if not deck:
        return []
    chance = Random(f"faults {seed}")  # noqa: S311 - seeded, so that it can be repeated
    faults: list[Fault] = []
    crashes = _crashes(chance)
    at = FIRST_SECONDS
    while True:
        for kind in chance.sample(deck, len(deck)):
            if at >= seconds:
                return faults
            faults.append(_fault(at, kind, chance, crashes))
            at += chance.uniform(*GAP_SECONDS)


def _crashes(chance: Random) -> Iterator[tuple[str, str]]:
    """(point, who) for ever: every point once before one comes again."""
    while True:
        for point in chance.sample(sorted(PLACES), len(PLACES)):
            yield point, chance.choice(PLACES[point])


def _fault(at: float, kind: Kind, chance: Random, crashes: Iterator[tuple[str, str]]) -> Fault:
    victim, detail, shortest, longest = kind.rpartition(" ")[2], "", 0.0, 0.0
    match kind:
        case "kill service" | "pause service":
            victim, shortest, longest = chance.choice(RUNNING), 1, 5
        case "pause nats" | "pause postgres":
            shortest, longest = 0.5, 3
        case "crash point":
            point, victim = next(crashes)
            detail = f"{point}:{chance.choice((1, 1, 2))}"
        case "rebuild":
            victim, detail = chance.choice(SERVICES), chance.choice(("", *REBUILD_POINTS))
        case "mute":
            victim, shortest, longest = chance.choice(("driver", *SERVICES)), 0.3, 2
            detail = "nats" if victim == "driver" else chance.choice(WAYS)
        case "cut" | "slow" | "half-open":
            victim, detail, shortest, longest = chance.choice(SCHEMAS), chance.choice(WAYS), 0.5, 4
        case "kill nats" | "wipe nats" | "kill postgres":
            pass
    return Fault(at=at, kind=kind, victim=victim, detail=detail, seconds=chance.uniform(shortest, longest))
