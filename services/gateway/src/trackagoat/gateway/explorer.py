"""The explorer at `/docs`: Swagger UI over the API's own description, all of it served from here."""

from __future__ import annotations

import functools
import gzip
from importlib.resources import files

from aiohttp import web

from trackagoat.gateway.edge.negotiation import reads_gzip
from trackagoat.gateway.registry import BASE

PATH = "/docs"

_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>trackagoat API</title>
<link rel="stylesheet" href="{PATH}/swagger-ui.css">
<link rel="icon" type="image/png" href="{PATH}/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; what it shows is <a href="{BASE}/openapi.json">openapi.json</a>.</noscript>
<script src="{PATH}/swagger-ui-bundle.js"></script>
<script src="{PATH}/start.js"></script>
</body>
</html>
"""

# Calls go to the host the page came from, under whichever of its names; a key is kept by the page and nowhere else.
_START = f"""fetch("{BASE}/openapi.json").then((answer) => answer.json()).then((spec) => {{
  spec.servers = [{{ url: "{BASE}" }}];
  SwaggerUIBundle({{
    spec, dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none", filter: true,
    displayRequestDuration: true, persistAuthorization: false, validatorUrl: null,
  }});
}});
"""

_TYPES = {"css": "text/css", "js": "text/javascript", "png": "image/png", "html": "text/html"}
_SHIPPED = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "trackagoat",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_KEPT = "public, max-age=86400"
_ASKED_AGAIN = "no-cache"


def add_explorer(app: web.Application) -> None:
    """Serve the page and its parts."""
    app.router.add_get(PATH, _page)
    app.router.add_get(PATH + "/{name}", _part)


async def _page(request: web.Request) -> web.Response:
    return _served(request, "index.html")


async def _part(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in {*_SHIPPED, "start.js"}:
        raise web.HTTPNotFound(headers=_HEADERS)
    return _served(request, name)


def _served(request: web.Request, name: str) -> web.Response:
    plain, packed = _bytes(name)
    small = reads_gzip(request.headers.get("Accept-Encoding"))
    headers = _HEADERS | {"Cache-Control": _KEPT if name in _SHIPPED else _ASKED_AGAIN}
    if small:
        headers |= {"Content-Encoding": "gzip"}
    content_type = _TYPES[name.rsplit(".", 1)[1]]
    return web.Response(
        body=packed if small else plain,
        headers=headers,
        content_type=content_type,
        charset="utf-8" if content_type.startswith("text/") else None,
    )


@functools.cache
def _bytes(name: str) -> tuple[bytes, bytes]:
    """A part as it is and in gzip; read from the package once, when somebody looks."""
    match name:
        case "index.html":
            plain = _PAGE.encode()
        case "start.js":
            plain = _START.encode()
        case _:
            vendor = files("swagger_ui_bundle") / "vendor"
            (shipped,) = (folder for folder in vendor.iterdir() if folder.name.startswith("swagger-ui-"))
            plain = (shipped / name).read_bytes()
    return plain, gzip.compress(plain, mtime=0)
