"""Creators."""

from trackagoat.gateway.routes.creators import lists, writes

ROUTES = (*lists.ROUTES, *writes.ROUTES)
