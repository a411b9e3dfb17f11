"""How far the services are: the heads of their feeds, and what each has applied of the others'."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from trackagoat.events.sql import Db, read
from trackagoat.events.topology import SERVICES


class MarkRow(msgspec.Struct, frozen=True):
    """A service has applied a source's feed up to `seq`; of its own feed this is the head."""

    service: str
    source: str
    seq: int


_MARKS = """
SELECT '{0}' AS service, '{0}' AS source, seq FROM {0}.feed_head
UNION ALL SELECT '{0}', source, min(seq) FROM {0}.checkpoints WHERE partition >= 0 GROUP BY source
"""


def _of(service: str) -> Callable[[Db], Awaitable[list[MarkRow]]]:
    @read(_MARKS.format(service))
    async def marks_of(db: Db) -> list[MarkRow]:
        """Its head, and for each source the projection that is furthest behind."""
        ...

    return marks_of


_EACH = [_of(service) for service in SERVICES]


async def marks(db: Db) -> list[MarkRow]:
    """Those of every service; each may have a database of its own."""
    return [row for marks_of in _EACH for row in await marks_of(db)]
