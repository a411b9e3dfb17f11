"""The gateway as a value: the API served from the registry. It decides nothing and owns no facts."""

from __future__ import annotations

from aiohttp import web

from trackagoat.events.host.service import Service
from trackagoat.gateway.edge.door import BODY_LIMIT, Door
from trackagoat.gateway.edge.lag import Lag
from trackagoat.gateway.edge.responses import Edge
from trackagoat.gateway.explorer import add_explorer
from trackagoat.gateway.registry import BASE
from trackagoat.gateway.routes import ROUTES
from trackagoat.gateway.settings import Settings
from trackagoat.gateway.unsubscribing import add_unsubscribing


def service(settings: Settings) -> Service:
    """The API; the host puts the database and the way to the other services into `app` before it serves."""
    door, lag = Door(settings, ROUTES), Lag()
    edge = Edge(settings, lag)
    app = web.Application(middlewares=[edge.around], client_max_size=BODY_LIMIT)
    app.on_response_prepare.append(edge.dress)
    app.cleanup_ctx.append(lag.watch)
    for route in ROUTES:
        serve = door.serve(route)
        app.router.add_route(route.method, f"{BASE}{route.path}", serve)
        if route.method == "GET":
            app.router.add_route("HEAD", f"{BASE}{route.path}", serve)
    add_explorer(app)
    add_unsubscribing(app, settings.secret_key.get_secret_value())
    return Service(name="gateway", app=app)
