"""What was heard from others to speak of them: timezones, handles, names."""

from __future__ import annotations

from uuid import UUID

from trackagoat.events.catalogue.words import CreatorId, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.sql import Db, read, write


@write(
    """
    INSERT INTO zones (org, timezone) SELECT * FROM unnest($1::uuid[], $2::text[])
    ON CONFLICT (org) DO UPDATE SET timezone = excluded.timezone
    """
)
def set_zone(org: OrgId, timezone: str) -> Write: ...


@write(
    """
    INSERT INTO handles (org, creator, handle) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])
    ON CONFLICT (creator) DO UPDATE SET handle = excluded.handle
    """,
    key=("creator",),
)
def set_handle(org: OrgId, creator: CreatorId, handle: str) -> Write: ...


@write("DELETE FROM handles h USING unnest($1::uuid[]) AS t(creator) WHERE h.creator = t.creator")
def forget_handle(creator: CreatorId) -> Write: ...


@write(
    """
    INSERT INTO names (org, entity, name) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[])
    ON CONFLICT (entity) DO UPDATE SET name = excluded.name
    """,
    key=("entity",),
)
def set_name(org: OrgId, entity: UUID, name: str) -> Write: ...


@read("SELECT timezone FROM zones WHERE org = $1")
async def timezone(db: Db, org: OrgId) -> str | None: ...


@read("SELECT handle FROM handles WHERE org = $1 AND creator = $2")
async def handle(db: Db, org: OrgId, creator: UUID) -> str | None: ...


@read("SELECT name FROM names WHERE org = $1 AND entity = $2")
async def name(db: Db, org: OrgId, entity: UUID) -> str | None: ...
