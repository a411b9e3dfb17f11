"""Campaigns."""

from trackagoat.gateway.routes.campaigns import contents, items, lists, writes

ROUTES = (*lists.ROUTES, *writes.ROUTES, *items.ROUTES, *contents.ROUTES)
