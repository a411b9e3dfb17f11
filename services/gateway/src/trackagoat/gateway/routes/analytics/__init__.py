"""Series of every entity, and notes on their days."""

from trackagoat.gateway.routes.analytics import annotations as notes
from trackagoat.gateway.routes.analytics import series

ROUTES = (*series.ROUTES, *notes.ROUTES)
