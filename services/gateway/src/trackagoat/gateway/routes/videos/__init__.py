"""Videos and the Tracking Inbox."""

from trackagoat.gateway.routes.videos import inbox, lists, writes

ROUTES = (*lists.ROUTES, *writes.ROUTES, *inbox.ROUTES)
