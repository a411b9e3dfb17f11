"""Creators."""

from trackagoat.gateway.routes.creators import lifecycle, lists, writes

ROUTES = (*lists.ROUTES, *writes.ROUTES, *lifecycle.ROUTES)
