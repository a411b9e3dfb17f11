"""Revealing: read models hold personal fields sealed; an answer shows them in clear to whom they belong."""

from __future__ import annotations

from aiohttp import web

from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.personal import Vault, reveal, seen_by, subjects_in
from trackagoat.events.sql import Db
from trackagoat.gateway.reads import personal


class Revealer:
    """Opens what answers contain. Keys are read anew for each, so an erased subject is unknown at once."""

    def __init__(self, secret_key: str) -> None:
        """`secret_key` is the installation's."""
        self._vault = Vault(secret_key)

    async def reveal(self, db: Db, org: OrgId, response: web.Response) -> web.Response:
        """The answer with every sealed field of this org's subjects in clear, and null for what was erased."""
        document = response.body
        if isinstance(document, bytes) and (subjects := subjects_in(document)):
            rows = await personal.keys(db, sorted(subjects))
            response.body = reveal(document, self._vault.opened(seen_by(org, rows)))
        return response
