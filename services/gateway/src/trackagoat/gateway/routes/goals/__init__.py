"""Goals."""

from trackagoat.gateway.routes.goals import lists, overviews, writes

ROUTES = (*lists.ROUTES, *writes.ROUTES, *overviews.ROUTES)
