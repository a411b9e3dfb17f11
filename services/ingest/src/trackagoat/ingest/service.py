"""Ingest, the table of contents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import JobKind, ScrapeRequested, StatsSnapshotted
from trackagoat.events.catalogue.sources import SourcesChosen
from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.host.service import Due, Policy, Projection, Service
from trackagoat.events.personal import Vault
from trackagoat.ingest import policies, projections
from trackagoat.ingest.due import keeping
from trackagoat.ingest.due.accounts import NO_RENEWALS, Renewals, kept
from trackagoat.ingest.due.asking import Configured
from trackagoat.ingest.due.chain import PATIENCE_SECONDS, Chain
from trackagoat.ingest.due.creators import CreatorScrapes
from trackagoat.ingest.due.expiring import expire
from trackagoat.ingest.due.links import Links
from trackagoat.ingest.due.videos import VideoScrapes
from trackagoat.ingest.handlers import deciders
from trackagoat.ingest.handlers.sealing import Sealing
from trackagoat.ingest.policies import KINDS
from trackagoat.ingest.settings import Settings
from trackagoat.ingest.sources import display_api
from trackagoat.ingest.sources.display_api import DisplayApi
from trackagoat.ingest.sources.display_api.login import Login
from trackagoat.ingest.sources.http_provider import provider
from trackagoat.ingest.sources.protocol import Source
from trackagoat.ingest.sources.simulator import Simulator, World, personality
from trackagoat.ingest.sources.web import Web
from trackagoat.ingest.sources.ytdlp import YtDlp
from trackagoat.ingest.store.accounts import RENEW, Account
from trackagoat.ingest.store.months import MONTHS
from trackagoat.ingest.store.scraping import EXPIRE

LEASE_SECONDS = 300
"""Longer than a batch of slow sources takes."""


def service(settings: Settings) -> Service:
    """Creators, their posts, and every reading of their counters."""
    vault = Vault(settings.secret_key.get_secret_value())
    web = Web()
    renewals = Renewals(logins(settings, web), settings.secret_key.get_secret_value())
    banned = settings.listed(settings.banned_handles)
    assembly = assembled(configured(settings, web), vault, banned, renewals=renewals)
    return msgspec.structs.replace(assembly, around=[*assembly.around, web])


def assembled(
    sources: Sequence[Configured],
    vault: Vault,
    banned: Sequence[str] = (),
    *,
    patience: float = PATIENCE_SECONDS,
    renewals: Renewals = NO_RENEWALS,
) -> Service:
    """The service over these sources, asked in this order. Without any, rows stay due until there is one."""
    sealing, chain = Sealing(vault), Chain(sources, patience=patience)
    accounts, posts = CreatorScrapes(chain), VideoScrapes(chain)
    due = [
        Due(kind="creator_profiles", run=accounts.profiles, lease_seconds=LEASE_SECONDS),
        Due(kind="discover_videos", run=accounts.discoveries, lease_seconds=LEASE_SECONDS),
        Due(kind="video_stats", run=posts.stats, lease_seconds=LEASE_SECONDS),
        Due(kind=RENEW, run=renewals.run, batch=16, apart=True),
    ]
    kept = [
        Due(kind=MONTHS, run=keeping.months, batch=2, lease_seconds=LEASE_SECONDS, apart=True),
        Due(kind="retention", run=keeping.retention, lease_seconds=LEASE_SECONDS),
    ]
    return Service(
        name="ingest",
        deciders=[
            deciders.roster_decider(banned, sealing),
            deciders.video_decider(sealing, Links(chain).followed if sources else None),
            deciders.trigger_decider(),
            deciders.sourcing_decider(chain.sources),
            deciders.account_decider(renewals.logins),
        ],
        projections=[
            Projection(name="orgs", facts=projections.OrgFacts, writes=projections.orgs, tables=("orgs",)),
            Projection(name="choices", facts=SourcesChosen, writes=projections.choices, tables=("source_choices",)),
            Projection(
                name="accounts",
                facts=projections.AccountFacts,
                writes=projections.accounts,
                tables=("source_accounts",),
            ),
            Projection(
                name="triggers", facts=ScrapeRequested, writes=projections.triggers, tables=("manual_triggers",)
            ),
            Projection(
                name="library",
                facts=projections.LibraryFacts,
                writes=projections.library,
                exclusive=True,
                tables=(
                    *("deleted_projects", "creators", "videos", "video_snapshots", "creator_snapshots"),
                    *("video_gains", "profile_gains", "gains", "pruned"),
                ),
            ),
            Projection(
                name="history", facts=projections.HistoryFacts, writes=projections.history, tables=("change_log",)
            ),
        ],
        policies=[
            Policy(name="schedules", facts=policies.ScheduleFacts, effects=policies.schedules),
            Policy(name="requests", facts=ScrapeRequested, effects=policies.requests),
            Policy(name="adoptions", facts=policies.AdoptionFacts, effects=policies.adoptions),
            Policy(name="expiries", facts=StatsSnapshotted, effects=policies.expiries),
            Policy(name="erasures", facts=policies.ErasureFacts, effects=policies.erasures),
            Policy(name="renewals", facts=policies.RenewalFacts, effects=policies.renewals),
            Policy(name="closings", facts=ProjectDeleted, effects=policies.closings),
        ],
        due=[*(due if sources else []), Due(kind=EXPIRE, run=expire), *kept],
    )


def configured(settings: Settings, web: Web) -> list[Configured]:
    """The sources the settings name, each with its place in the order of every kind of job it can do."""
    orders = {kind: settings.order(kind) for kind in KINDS}
    named = dict.fromkeys(name for order in orders.values() for name in order)
    return [_ranked(one, settings, orders) for one in _made(settings, web) if one.source.name in named]


def _made(settings: Settings, web: Web) -> Iterator[Configured]:
    """Every source there is."""
    yield Configured(Simulator(clock=clock.now, world=World(seed=settings.simulator_seed)), is_simulated)
    yield Configured(YtDlp())
    yield Configured(DisplayApi(web, ""), account=_opened(settings, web))
    for mapping in settings.mappings():
        named = any(mapping.name in settings.order(kind) for kind in KINDS)
        source = provider(mapping, web, settings.secret(mapping) if named else None)
        doors = {"creator_profiles": mapping.profile, "discover_videos": mapping.posts, "video_stats": mapping.video}
        yield Configured(source, ranks={kind: 0 for kind in KINDS if doors[kind] is not None})


def _opened(settings: Settings, web: Web) -> Callable[[Account], Source | None]:
    """How an account is read with its owner's consent."""

    def opened(account: Account) -> Source | None:
        tokens = kept(settings.secret_key.get_secret_value(), account)
        return None if tokens is None else DisplayApi(web, tokens.access_token, settings.display_api_url)

    return opened


def logins(settings: Settings, web: Web) -> dict[str, Login]:
    """Where tokens are renewed, by source."""
    key, secret = settings.tiktok_client_key, settings.tiktok_client_secret
    if key is None or secret is None:
        return {}
    return {display_api.NAME: Login(web, key, secret.get_secret_value(), settings.display_api_url)}


def _ranked(made: Configured, settings: Settings, orders: Mapping[JobKind, list[str]]) -> Configured:
    """In its place, with its limits."""
    name, limit = made.source.name, settings.limit(made.source.name)
    able = [kind for kind in KINDS if made.rank(kind) is not None]
    places = {kind: orders[kind].index(name) for kind in able if name in orders[kind]}
    return msgspec.structs.replace(made, ranks=places, calls_per_minute=limit.calls_per_minute, at_once=limit.at_once)


def is_simulated(handle: str | None) -> bool:
    """Whether the simulator may answer for an account.

    It would answer for any, but must not invent figures for real ones: only a handle that begins with the name of
    a kind of simulated creator (`steady_…`, `mega_…`) is its own; all others are left to other sources.
    """
    kind, underscore, _ = (handle or "").lower().partition("_")
    return bool(underscore) and kind in personality.KINDS
