"""Visiting: yt-dlp's downloader with its eyes open. Whatever the extractor is shown, we see too."""

from __future__ import annotations

import importlib
import importlib.util
import io
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import msgspec

Opener = Callable[[str], tuple[int, bytes]]
"""Answers a URL with a status and a body, in place of the network. The body of a redirect is where it leads."""
MOST_REQUESTS = 40
"""Requests one call may make: an extractor that runs in circles is stopped."""
PATIENCE_SECONDS = 15
_data = re.compile(rb'<script[^>]+\bid="__UNIVERSAL_DATA_FOR_REHYDRATION__"[^>]*>(.*?)</script>', re.DOTALL)


def is_installed() -> bool:
    """Whether there is a yt-dlp to ask."""
    return importlib.util.find_spec("yt_dlp") is not None


class Seen:
    """The answers to one call, in their order."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.answers: list[tuple[str, int, bytes]] = []

    def __iter__(self) -> Iterator[tuple[str, int, bytes]]:
        """(URL, status, body)."""
        return iter(self.answers)

    @property
    def last(self) -> bytes:
        """The last body, but for those of embedded pages: they are a last resort of the extractor's."""
        return next((body for url, _, body in reversed(self.answers) if "/embed/" not in url), b"")

    @property
    def status(self) -> int | None:
        """The first status that was no success, with the same exception."""
        return next((s for url, s, _ in self if s >= HTTPStatus.BAD_REQUEST and "/embed/" not in url), None)

    def scope(self, name: str) -> dict[str, Any] | None:
        """A part of the data TikTok's pages are made from; None when no page had such data."""
        for _, _, body in self:
            if found := _data.search(body):
                try:
                    scope = msgspec.json.decode(found[1]).get("__DEFAULT_SCOPE__")
                except (msgspec.DecodeError, AttributeError):
                    continue
                if isinstance(scope, dict):
                    part = scope.get(name)
                    return part if isinstance(part, dict) else {}
        return None


class _Silence:
    """yt-dlp speaks to nobody: what matters is in its answers and errors."""

    def debug(self, _: str) -> None: ...
    def info(self, _: str) -> None: ...
    def warning(self, _: str) -> None: ...
    def error(self, _: str) -> None: ...


def downloader(seen: Seen, opener: Opener | None = None) -> Any:
    """A YoutubeDL that reads pages and downloads nothing else. Raises ModuleNotFoundError without yt-dlp."""
    yt_dlp: Any = importlib.import_module("yt_dlp")
    common: Any = importlib.import_module("yt_dlp.networking.common")
    errors: Any = importlib.import_module("yt_dlp.networking.exceptions")

    class Visitor(yt_dlp.YoutubeDL):  # type: ignore[misc]  # the base is known only where yt-dlp is installed
        def urlopen(self, request: Any) -> Any:
            """The answer, noted."""
            url = request if isinstance(request, str) else request.url
            if len(seen.answers) >= MOST_REQUESTS:
                message = f"{MOST_REQUESTS} requests and no end"
                raise errors.TransportError(message)
            try:
                response = _open(url) if opener else super().urlopen(request)
            except errors.HTTPError as error:
                seen.answers.append((url, error.status, b""))
                raise
            body = response.read()
            seen.answers.append((response.url, response.status, body))
            return _response(body, response.url, dict(response.headers), response.status)

    def _open(url: str) -> Any:
        status, body = opener(url) if opener else (HTTPStatus.NOT_FOUND, b"")
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return _open(body.decode())
        response = _response(body, url, {}, status)
        if status >= HTTPStatus.BAD_REQUEST:
            raise errors.HTTPError(response)
        return response

    def _response(body: bytes, url: str, headers: dict[str, str], status: int) -> Any:
        return common.Response(io.BytesIO(body), url, headers, status)

    told = {
        "quiet": True,
        "no_warnings": True,
        "logger": _Silence(),
        "extract_flat": True,
        "skip_download": True,
        "cachedir": False,
        "socket_timeout": PATIENCE_SECONDS,
        "retries": 0,
        "extractor_retries": 0,
    }
    return Visitor(told)
