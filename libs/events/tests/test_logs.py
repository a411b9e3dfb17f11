"""What is logged of connections that speak something else than HTTP."""

from __future__ import annotations

import asyncio
import logging

import pytest
from aiohttp import web

from trackagoat.events.host.logs import without_bytes

KEY = b"tga_" + b"5" * 64


async def test_bytes_that_are_not_http_are_refused_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("aiohttp.server")
    log.addFilter(without_bytes)
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        for nonsense in (b"Authorization: Bearer " + KEY + b"\x00", b"X-Long: " + KEY * 200):
            reader, writer = await asyncio.open_connection("127.0.0.1", runner.addresses[0][1])
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + nonsense + b"\r\n\r\n")
            assert (await reader.readline()).split()[1] == b"400"
            writer.close()
    finally:
        await runner.cleanup()
        log.removeFilter(without_bytes)
    assert [record.message for record in caplog.records] == ["refused bytes that are not HTTP"] * 2
    assert KEY[:20].decode() not in caplog.text
