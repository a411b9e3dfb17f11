"""Cursors: keyset positions, opaque and signed, good only for the list, filters and org they were made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_MAC = 16


class BadCursor(Exception):
    """The cursor was altered, or belongs to another list, other filters or another org."""


class Cursors:
    """Makes and reads cursors with a key of its own, derived from the installation's."""

    def __init__(self, secret: str) -> None:
        """Derive the signing key."""
        self._key = hmac.digest(secret.encode(), b"trackagoat cursors", "sha256")

    def make(self, position: Sequence[Any], bound_to: bytes) -> str:
        """The cursor that continues after `position` in the list that `bound_to` describes."""
        payload = msgspec.json.encode(position)
        return base64.urlsafe_b64encode(self._mac(payload, bound_to) + payload).decode().rstrip("=")

    def read(self, cursor: str, bound_to: bytes, kind: type[T]) -> T:
        """The position within a cursor. Raises BadCursor."""
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadCursor from error
        mac, payload = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._mac(payload, bound_to)):
            raise BadCursor
        return msgspec.json.decode(payload, type=kind)

    def _mac(self, payload: bytes, bound_to: bytes) -> bytes:
        return hmac.digest(self._key, hashlib.sha256(bound_to).digest() + payload, "sha256")[:_MAC]


def binding(route: str, org: Any, filters: Any) -> bytes:
    """What a cursor is bound to, as bytes."""
    return msgspec.json.encode([route, str(org), filters], order="deterministic")
