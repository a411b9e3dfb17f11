"""Patterns for types of events: a type, or `creator.*` for all that begin so."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase


def fits(type: str, patterns: Sequence[str] | None) -> bool:
    """Is the type one of those? None: any."""
    return patterns is None or any(fnmatchcase(type, pattern) for pattern in patterns)


def likes(patterns: Sequence[str] | None) -> list[str] | None:
    """The same for LIKE."""
    if patterns is None:
        return None
    escaped = (p.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for p in patterns)
    return [pattern.replace("*", "%") for pattern in escaped]
