"""Revealing: read models hold personal fields sealed; an answer shows them in clear to whom they belong."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.personal import Vault, reveal, seen_by, subjects_in
from trackagoat.events.sql import Db
from trackagoat.gateway.reads import personal

T = TypeVar("T")


class Revealer:
    """Opens what answers contain. Keys are read anew for each, so an erased subject is unknown at once."""

    def __init__(self, secret_key: str) -> None:
        """`secret_key` is the installation's."""
        self._vault = Vault(secret_key)

    async def reveal(self, db: Db, org: OrgId, response: web.Response) -> web.Response:
        """The answer with every sealed field of this org's subjects in clear, and null for what was erased."""
        if isinstance(response.body, bytes):
            response.body = await self._clear(db, org, response.body)
        return response

    async def clear(self, db: Db, org: OrgId, data: T) -> T:
        """The same of what an answer is yet to be made from: sorted by its texts, or written as CSV."""
        return msgspec.json.decode(await self._clear(db, org, msgspec.json.encode(data)), type=type(data))

    async def _clear(self, db: Db, org: OrgId, document: bytes) -> bytes:
        if not (subjects := subjects_in(document)):
            return document
        rows = await personal.keys(db, sorted(subjects))
        return reveal(document, self._vault.opened(seen_by(org, rows)))
