"""Keyset pages: the end of a list's statement, with three parameters (last value, last id, limit)."""

from __future__ import annotations


def newest(column: str, id: str, first: int) -> str:
    """Order by an instant that is never null, the latest first; go on after `$first` (its value) and the id."""
    value, last, limit = f"${first}::timestamptz", f"${first + 1}::uuid", f"${first + 2}"
    return f"""
    AND ({last} IS NULL OR ({column}, {id}) < ({value}, {last}))
    ORDER BY {column} DESC, {id} DESC LIMIT {limit}
    """


def highest(column: str, kind: str, id: str, first: int) -> str:
    """Order by a column descending, nulls last; parameters as in `newest`."""
    value, last, limit = f"${first}::{kind}", f"${first + 1}::uuid", f"${first + 2}"
    return f"""
    AND ({last} IS NULL OR ({column}, {id}) < ({value}, {last}) OR ({column} IS NULL AND {value} IS NOT NULL)
        OR ({column} IS NULL AND {value} IS NULL AND {id} < {last}))
    ORDER BY {column} DESC NULLS LAST, {id} DESC LIMIT {limit}
    """


def rising(column: str, kind: str, id: str, first: int) -> str:
    """Order by a column that is never null, ascending; parameters as in `newest`."""
    value, last, limit = f"${first}::{kind}", f"${first + 1}::uuid", f"${first + 2}"
    return f"""
    AND ({last} IS NULL OR ({column}, {id}) > ({value}, {last}))
    ORDER BY {column}, {id} LIMIT {limit}
    """
