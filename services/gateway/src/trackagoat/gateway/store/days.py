"""How many calls an organization made on a day."""

from __future__ import annotations

from datetime import date

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.sql import Db, read


@read("SELECT used FROM gateway.days WHERE org = $1 AND day = $2")
async def used(db: Db, org: OrgId, day: date) -> int | None:
    """Calls by key that counted on that UTC day; None: not one."""
    ...
