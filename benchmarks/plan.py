"""The plan of a run: how big, how often, where, and with which peers."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

HOW_TO_INSTALL = "peer not installed: `goat bench --install-peers`"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`folder` is scratch; `peers` is the Python of the peers' environment, None when there is none.

    `videos` is the size of campaigns and aggregates.
    """

    folder: Path
    quick: bool = False
    peers: str | None = None
    videos: int | None = None

    @property
    def runs(self) -> int:
        """How often each side is measured."""
        return 1 if self.quick else 3

    def size(self, quick: int, whole: int) -> int:
        """One of the two, as the run wants it."""
        return quick if self.quick else whole

    def without_peer(self, note: str) -> str:
        """The note of a figure whose peer may be missing."""
        return note if self.peers else f"{note}; {HOW_TO_INSTALL}"


def tell(line: str) -> None:
    """Progress, for whoever watches."""
    print(f"bench: {line}", file=sys.stderr, flush=True)
