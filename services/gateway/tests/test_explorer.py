"""The page at /docs: Swagger UI, with everything it needs from here and nothing from elsewhere."""

from __future__ import annotations

import re
from typing import Any


async def test_the_page_and_all_its_parts_come_from_here(api: Any) -> None:
    page = await api.client.get("/docs")
    text = await page.text()
    assert (page.status, page.content_type) == (200, "text/html")
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    parts = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert len(parts) == 5
    for part in parts:
        assert part.startswith("/"), part
        answer = await api.client.get(part)
        assert answer.status == 200, part
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(await answer.read()) > 100
    assert "://" not in text


async def test_the_page_reads_this_api(api: Any) -> None:
    start = await (await api.client.get("/docs/start.js")).text()
    (path,) = re.findall(r'fetch\("([^"]+)"\)', start)
    assert (await (await api.client.get(path)).json())["openapi"] == "3.1.0"
    shown = await (await api.client.get("/docs/swagger-ui-bundle.js")).text()
    assert "SwaggerUIBundle" in shown


async def test_nothing_else_of_the_machine_is_shown(api: Any) -> None:
    for name in ("index.html", "swagger-ui.js", "..%2f..%2fetc%2fpasswd", "%2e%2e", "x/y"):
        assert (await api.client.get(f"/docs/{name}")).status == 404
