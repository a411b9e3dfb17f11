"""The deciders of ingest: the pure rules, and the read models that complete what they are asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any

from trackagoat.events.catalogue.ingest import RosterCommands, TriggerCommands, TriggerEvents, VideoCommands
from trackagoat.events.catalogue.sources import AccountCommands, AccountEvents, ChooseSources, SourcesChosen
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.ingest.domain import accounts, shelf, sourcing, triggers, videos
from trackagoat.ingest.domain import roster as creators
from trackagoat.ingest.handlers.asking import asked
from trackagoat.ingest.handlers.sealing import Sealing


def roster_decider(
    banned: Collection[str] = (), sealing: Sealing | None = None
) -> Decider[RosterCommands, creators.Roster, creators.RosterEvents]:
    """Creators; `banned` are handles nobody may track on this installation."""
    keys = frozenset(handle.lower() for handle in banned)
    return Decider(
        "roster",
        commands=RosterCommands,
        events=creators.RosterEvents,
        initial=creators.Roster(),
        decide=partial(creators.decide, banned=keys),
        evolve=creators.evolve,
        stream=creators.stream,
        enrich=sealing.roster if sealing else None,
    )


Preparing = Callable[[Any, Ask, Sequence[Any]], Awaitable[Sequence[Any]]]


def video_decider(
    sealing: Sealing | None = None, prepare: Preparing | None = None
) -> Decider[VideoCommands, shelf.Shelf, shelf.VideoEvents]:
    """Posts, and what was read of them and their creators."""
    return Decider(
        "videos",
        commands=VideoCommands,
        events=shelf.VideoEvents,
        initial=shelf.Shelf(),
        decide=videos.decide,
        evolve=shelf.evolve,
        stream=videos.stream,
        enrich=sealing.videos if sealing else None,
        prepare=prepare,
    )


def trigger_decider() -> Decider[TriggerCommands, triggers.Used, TriggerEvents]:
    """Readings somebody asks for."""
    return Decider(
        "triggers",
        commands=TriggerCommands,
        events=TriggerEvents,
        initial=triggers.Used(),
        decide=triggers.decide,
        evolve=triggers.evolve,
        stream=triggers.stream,
        enrich=asked,
    )


def account_decider(connecting: Collection[str]) -> Decider[AccountCommands, accounts.Accounts, AccountEvents]:
    """Accounts whose owners let a source read them; `connecting` are the sources that need that."""
    return Decider(
        "accounts",
        commands=AccountCommands,
        events=AccountEvents,
        initial=accounts.Accounts(),
        decide=partial(accounts.decide, connecting=frozenset(connecting)),
        evolve=accounts.evolve,
        stream=lambda _: accounts.STREAM,
    )


def sourcing_decider(configured: Collection[str]) -> Decider[ChooseSources, sourcing.Choice, SourcesChosen]:
    """Which of the `configured` sources an org is read from."""
    return Decider(
        "sources",
        commands=ChooseSources,
        events=SourcesChosen,
        initial=sourcing.Choice(),
        decide=partial(sourcing.decide, configured=frozenset(configured)),
        evolve=sourcing.evolve,
        stream=lambda _: sourcing.STREAM,
    )
