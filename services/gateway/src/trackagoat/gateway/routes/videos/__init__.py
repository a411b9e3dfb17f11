"""Videos and the Tracking Inbox."""

from trackagoat.gateway.routes.videos import inbox, lists, tracking, writes

ROUTES = (*lists.ROUTES, *writes.ROUTES, *tracking.ROUTES, *inbox.ROUTES)
