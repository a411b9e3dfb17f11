"""How far the services are: the heads of their feeds, and what each has applied of the others'."""

from __future__ import annotations

import msgspec

from trackagoat.events.sql import Db, read


class MarkRow(msgspec.Struct, frozen=True):
    """A service has applied a source's feed up to `seq`; of its own feed this is the head."""

    service: str
    source: str
    seq: int


_SERVICES = ("workspace", "ingest", "campaigns", "goals", "notifications")
_HEADS = " UNION ALL ".join(
    f"SELECT '{one}' AS service, '{one}' AS source, seq FROM {one}.feed_head" for one in _SERVICES
)
_APPLIED = " UNION ALL ".join(
    f"SELECT '{one}', source, min(seq) FROM {one}.checkpoints WHERE partition >= 0 GROUP BY source" for one in _SERVICES
)


@read(f"{_HEADS} UNION ALL {_APPLIED}")
async def marks(db: Db) -> list[MarkRow]:
    """Heads, and for each service and source the projection that is furthest behind."""
    ...
