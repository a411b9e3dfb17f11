"""Running a peer: a program of `peers/` under the peers' own Python, which answers with one line of JSON."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec

PEERS = Path(__file__).parent / "peers"


class PeerFailed(Exception):
    """A peer could not be measured; its last words follow."""


async def measured(python: str, program: str, **given: Any) -> dict[str, Any]:
    """What the peer measured when given these values."""
    child = await asyncio.create_subprocess_exec(
        python,
        str(PEERS / f"{program}.py"),
        msgspec.json.encode(given).decode(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await child.communicate()
    if child.returncode:
        raise PeerFailed(complained.decode(errors="replace").strip().splitlines()[-1:] or [program])
    answer: dict[str, Any] = msgspec.json.decode(said)
    return answer
