"""Presence: when a key, a session or a person was last seen, to the minute."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from trackagoat.events.catalogue.words import INSTALLATION
from trackagoat.gateway.edge.identity import Identity
from trackagoat.gateway.store import seen

if TYPE_CHECKING:
    from trackagoat.events.sql import Db

log = structlog.get_logger()
_REMEMBER_MOST = 10_000


class Presence:
    """Writes down who was seen, once a minute for each."""

    def __init__(self) -> None:
        """Nobody was seen yet."""
        self._noted: OrderedDict[UUID, datetime] = OrderedDict()

    async def note(self, db: Db, identity: Identity, now: datetime) -> None:
        """The identity, and the person behind it, are here. A note that cannot be kept stops nobody."""
        minute = now.replace(second=0, microsecond=0)
        if self._noted.get(identity.id) == minute:
            return
        self._noted[identity.id] = minute
        self._noted.move_to_end(identity.id)
        while len(self._noted) > _REMEMBER_MOST:
            self._noted.popitem(last=False)
        places = _places(identity)
        try:
            await seen.note(db, [org for org, _ in places], [who for _, who in places], minute)
        except Exception as error:  # noqa: BLE001 - the call itself matters more
            log.warning("not noted as seen", error=repr(error))


def _places(identity: Identity) -> list[tuple[UUID, UUID]]:
    """(org, who) in one order for everybody; sessions belong to no org."""
    org = identity.org or INSTALLATION
    places = {(INSTALLATION if identity.type == "session" else org, identity.id)}
    if identity.user is not None:
        places.add((org, identity.user))
    return sorted(places)
