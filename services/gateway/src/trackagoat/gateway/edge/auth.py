"""Authentication: from a bearer key to the caller it stands for."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING

from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads import workspace

if TYPE_CHECKING:
    from trackagoat.events.sql import Db

_KEY = re.compile(r"(?i:bearer) +(tga_[0-9a-f]{64})")
_REMEMBER_SECONDS = 0.9
_REMEMBER_MOST = 10_000


class Keys:
    """Looks callers up by the SHA-256 of their key and remembers them for less than a second.

    So short that a revocation holds within a second, long enough to spare a busy caller the look-up. Unknown
    keys are not remembered: a new key works at once.
    """

    def __init__(self) -> None:
        """Start knowing nobody."""
        self._known: OrderedDict[str, tuple[float, workspace.KeyRow]] = OrderedDict()

    async def caller(self, db: Db, header: str | None, now: datetime, tick: float) -> workspace.KeyRow:
        """The key's row. `tick` is a steadily rising number of seconds. Raises a 401."""
        match = _KEY.fullmatch(header.strip()) if header else None
        if match is None:
            raise _refuse()
        digest = digest_of(match[1])
        row = self._remembered(digest, tick) or await workspace.key_by_digest(db, digest)
        if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
            raise _refuse()
        self._remember(digest, tick, row)
        return row

    def _remembered(self, digest: str, tick: float) -> workspace.KeyRow | None:
        until, row = self._known.get(digest, (0.0, None))
        return row if tick < until else None

    def _remember(self, digest: str, tick: float, row: workspace.KeyRow) -> None:
        if self._remembered(digest, tick) is None:
            self._known[digest] = (tick + _REMEMBER_SECONDS, row)
            self._known.move_to_end(digest)
        while len(self._known) > _REMEMBER_MOST:
            self._known.popitem(last=False)


def digest_of(key: str) -> str:
    """What is stored of a key: its SHA-256 in hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def need_scope(row: workspace.KeyRow, scope: str) -> None:
    """Raise a 403 unless the key has the scope."""
    if scope not in row.scopes:
        granted = ", ".join(row.scopes)
        raise ApiError(
            "insufficient_scope",
            f"This action requires the '{scope}' scope. Granted: [{granted}]",
            required=scope,
            granted=list(row.scopes),
        )


def _refuse() -> ApiError:
    return ApiError("invalid_api_key", headers={"WWW-Authenticate": 'Bearer realm="trackagoat"'})
