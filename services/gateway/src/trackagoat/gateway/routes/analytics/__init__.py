"""Series of every entity."""

from trackagoat.gateway.routes.analytics import series

ROUTES = series.ROUTES
