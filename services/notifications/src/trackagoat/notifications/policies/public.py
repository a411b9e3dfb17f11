"""The public feed of an org, and webhooks that asked for types of events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from trackagoat.events.catalogue.ingest import CreatorErased
from trackagoat.events.catalogue.notifications import AlertRaised
from trackagoat.events.catalogue.words import Event
from trackagoat.events.codec import EVENTS
from trackagoat.events.effects import Effect
from trackagoat.events.envelope import Heard
from trackagoat.notifications.domain.public import public
from trackagoat.notifications.store import events

PublicFacts: Any = reduce(or_, [event for event in EVENTS.values() if event.public])
"""Every public event of the catalogue, whoever says it."""
PUBLISH: Final = "publish"
"""The kind of due row of a public event that webhooks may have asked for."""
PERSONAL: Final = frozenset({"invitation_received"})
"""Kinds of alerts that go to one person."""


def public_feed(page: Sequence[Heard[Event]]) -> Iterator[Effect]:
    """Every public event at the next position of its org; then to the webhooks that asked for its type.

    A creator that is erased is forgotten in the events before; an alert that was under way then is looked at again.
    What one person alone is told stands in no feed.
    """
    shown = [(fact, public(fact)) for fact in page if getattr(fact.event, "kind", None) not in PERSONAL]
    for fact, one in shown:
        about = (one.project, one.subject_type, one.subject)
        who = (fact.actor.type, fact.actor.id, fact.request_id)
        yield events.add(fact.org, fact.id, one.type, fact.at, *about, *who, one.data)
    for fact in page:
        match fact.event:
            case CreatorErased(creator=creator):
                yield events.forget_creator(fact.org, creator)
            case AlertRaised(payload={"creator_id": str(creator)}):
                yield events.forget_erased(fact.org, fact.id, UUID(creator))
            case _:
                pass
    yield from (events.publish(fact.org, fact.id, one.type, one.project, fact.at) for fact, one in shown)
