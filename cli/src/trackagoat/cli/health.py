"""How the services are: what they say of themselves, how far they are behind, and what they said last."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import msgspec

TIMEOUT_SECONDS = 3.0
GRAVE = {"critical", "error", "warning"}


class Health(msgspec.Struct, frozen=True):
    """What keeps a service from being ready, and the facts it has still to apply (None: it does not say)."""

    faults: list[str] = []
    behind: int | None = None


async def look(urls: Mapping[str, str]) -> dict[str, Health]:
    """The health of each service, by name, told at these addresses."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)) as http:
        answers = await asyncio.gather(*(_ask(http, url) for url in urls.values()))
    return dict(zip(urls, answers, strict=True))


async def _ask(http: aiohttp.ClientSession, url: str) -> Health:
    try:
        async with http.get(f"{url}/readyz") as answer:
            faults: list[str] = msgspec.json.decode(await answer.read()).get("faults", [])
        async with http.get(f"{url}/metrics") as answer:
            return Health(faults, behind(await answer.text()))
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        return Health(["does not answer"])


def behind(metrics: str) -> int | None:
    """The most facts any projection or policy has still to apply."""
    told = [line.rpartition(" ")[2] for line in metrics.splitlines() if line.startswith("trackagoat_lag_events{")]
    return int(max(map(float, told))) if told else None


def last_words(log: Path) -> str:
    """The last line of a log that says something about a failure."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    for line in reversed(lines):
        try:
            entry = msgspec.json.decode(line)
        except msgspec.DecodeError:
            if line.strip():
                return f"{line.strip()} (see {log})"
            continue
        if isinstance(entry, dict) and entry.get("level") in GRAVE:
            return f"{entry.get('error', entry.get('event'))} (see {log})"
    return f"it says nothing (see {log})"
