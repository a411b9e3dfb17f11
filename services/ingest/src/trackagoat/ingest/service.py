"""Ingest, the table of contents."""

from __future__ import annotations

from collections.abc import Sequence

from trackagoat.events import clock
from trackagoat.events.host.service import Due, Policy, Projection, Service
from trackagoat.events.personal import Vault
from trackagoat.ingest import policies, projections
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.due.creators import CreatorScrapes
from trackagoat.ingest.due.videos import VideoScrapes
from trackagoat.ingest.handlers import deciders
from trackagoat.ingest.handlers.sealing import Sealing
from trackagoat.ingest.settings import Settings
from trackagoat.ingest.sources.simulator import Simulator, World
from trackagoat.ingest.sources.simulator.personality import KINDS

LEASE_SECONDS = 300
"""Longer than a batch of slow sources takes."""


def service(settings: Settings) -> Service:
    """Creators, their posts, and every reading of their counters."""
    vault = Vault(settings.secret_key.get_secret_value())
    return assembled(configured(settings), vault, settings.listed(settings.banned_handles))


def assembled(sources: Sequence[Configured], vault: Vault, banned: Sequence[str] = ()) -> Service:
    """The service over these sources. Without any, rows stay due until there is one."""
    sealing = Sealing(vault)
    accounts, posts = CreatorScrapes(sources), VideoScrapes(sources)
    due = [
        Due(kind="creator_profiles", run=accounts.profiles, lease_seconds=LEASE_SECONDS),
        Due(kind="discover_videos", run=accounts.discoveries, lease_seconds=LEASE_SECONDS),
        Due(kind="video_stats", run=posts.stats, lease_seconds=LEASE_SECONDS),
    ]
    return Service(
        name="ingest",
        deciders=[deciders.roster_decider(banned, sealing), deciders.video_decider(sealing)],
        projections=[
            Projection(name="orgs", facts=projections.OrgFacts, writes=projections.orgs, tables=("orgs",)),
            Projection(
                name="library",
                facts=projections.LibraryFacts,
                writes=projections.library,
                exclusive=True,
                tables=(
                    *("deleted_projects", "creators", "videos", "video_snapshots", "creator_snapshots"),
                    *("video_gains", "profile_gains", "gains"),
                ),
            ),
        ],
        policies=[
            Policy(name="schedules", facts=policies.ScheduleFacts, effects=policies.schedules),
            Policy(name="adoptions", facts=policies.AdoptionFacts, effects=policies.adoptions),
            Policy(name="erasures", facts=policies.ErasureFacts, effects=policies.erasures),
            Policy(name="intervals", facts=policies.IntervalFacts, effects=policies.intervals),
        ],
        due=due if sources else [],
    )


def configured(settings: Settings) -> list[Configured]:
    """The sources the settings name, in their order."""
    made = {
        "simulator": Configured(Simulator(clock=clock.now, world=World(seed=settings.simulator_seed)), is_simulated)
    }
    return [made[name] for name in settings.listed(settings.sources)]


def is_simulated(handle: str | None) -> bool:
    """Whether the simulator may answer for an account.

    It would answer for any, but must not invent figures for real ones: only a handle that begins with the name of
    a kind of simulated creator (`steady_…`, `mega_…`) is its own; all others are left to other sources.
    """
    kind, underscore, _ = (handle or "").lower().partition("_")
    return bool(underscore) and kind in KINDS
