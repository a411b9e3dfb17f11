"""Campaigns."""

from trackagoat.gateway.routes.campaigns import contents, items, lists, paths, writes

ROUTES = (*lists.ROUTES, *writes.ROUTES, *items.ROUTES, *contents.ROUTES, *paths.ROUTES)
