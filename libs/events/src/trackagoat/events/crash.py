"""Named points at which a process can be told to die, so that a test may prove what such a death leaves behind.

`TRACKAGOAT_CRASH=due.ran` ends the process the first time it gets there, `due.ran:3` the third time.
"""

from __future__ import annotations

import os

STATUS = 137
"""What the process ends with, as if it had been killed."""

POINTS = {
    "writer.committed": "a transaction is committed, nobody has been told",
    "command.answered": "a command is decided and stored, its reply is not sent",
    "relay.published": "a page is on its way to the stream, no acknowledgement is read",
    "due.claimed": "due rows are claimed, nothing is done yet",
    "due.ran": "due work has reached outside, its result is not committed",
    "due.finished": "the result of due work is committed, nobody has been told",
    "follower.paged": "a page of the feed is caught up, the next one is not read",
    "follower.applied": "the rows of a page are written, its marks are not",
    "rebuild.paged": "a page of a rebuild is committed, the next one is not read",
    "rebuild.switching": "rebuilt and live tables are exchanged, the exchange is not committed",
    "rebuild.switched": "the exchange is committed, nobody has been told",
}
"""Every point, and what is half done there."""


def _told(text: str) -> dict[str, int]:
    """The point named and how often it may still be reached. Raises ValueError for a point there is none of."""
    if not text:
        return {}
    name, _, nth = text.partition(":")
    if name not in POINTS:
        message = f"TRACKAGOAT_CRASH names {name}; there are: {', '.join(POINTS)}"
        raise ValueError(message)
    return {name: int(nth or 1)}


_left = _told(os.environ.get("TRACKAGOAT_CRASH", ""))


def point(name: str) -> None:
    """Die here if that was asked for."""
    if name in _left:
        _left[name] -= 1
        if _left[name] <= 0:
            os._exit(STATUS)
