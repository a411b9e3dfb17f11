"""CSV: lines of text to rows of cells, one at a time, surviving whatever quotes people leave open."""

from __future__ import annotations

import contextlib
import csv
from collections import deque
from collections.abc import Iterable, Iterator

from trackagoat.ingest.sources.importing.columns import Mapped, UnknownLayout, layout
from trackagoat.ingest.sources.importing.rows import Cells, RowWarning

LONGEST_RECORD = 64
"""Lines one record may span before an open quote is taken for a mistake."""


def read_table(lines: Iterable[str], mapped: Mapped) -> Iterator[tuple[int, Cells] | RowWarning]:
    """Each record with the number of its first line, fields of ours to cells; or why it could not be read.

    A comma, semicolon or tab separates, whichever the header has most of. Raises UnknownLayout.
    """
    source = _Lines(lines)
    number, first = source.take_written()
    if first is None:
        raise UnknownLayout(reason="the file is empty")
    separator = max(",;\t", key=first.count)
    header = _split(first, separator)
    if header is None:
        raise UnknownLayout(reason=f"line {number}: the header has an open quote")
    columns = layout(header, mapped)
    while True:
        number, line = source.take_written()
        if line is None:
            return
        record = _record(line, source, separator, len(header))
        if isinstance(record, str):
            yield RowWarning(line=number, reason=record, skipped=True)
        else:
            yield number, {field: record[position] for field, position in columns.items()}


class _Lines:
    """Numbered lines that can be handed back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._fresh = iter(lines)
        self._back: deque[str] = deque()
        self._number = 0

    def take(self) -> str | None:
        line = self._back.popleft() if self._back else next(self._fresh, None)
        self._number += line is not None
        return line

    def take_written(self) -> tuple[int, str | None]:
        """The next line that is not blank, and its number."""
        while (line := self.take()) is not None and not line.strip():
            pass
        return self._number, line

    def give_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self._number -= len(lines)


def _record(line: str, source: _Lines, separator: str, width: int) -> list[str] | str:
    """The cells of the record that begins with this line, or the reason there are none.

    A record that goes over several lines is believed only when its cells add up; else its first line alone
    is at fault and the others are handed back.
    """
    alone = _split(line, separator)
    if alone is not None:
        return alone if len(alone) == width else _uneven(len(alone), width)
    further: list[str] = []
    while len(further) < LONGEST_RECORD and (more := source.take()) is not None:
        further.append(more)
        if '"' not in more:
            continue
        with contextlib.suppress(csv.Error):
            whole = _cells(line + "".join(further), separator, strict=True)
            if len(whole) == width:
                return whole
    source.give_back(further)
    return "a quote is opened and never closed"


def _split(record: str, separator: str) -> list[str] | None:
    """The cells of one record, none when it makes no sense; None when a quote is still open at its end."""
    try:
        return _cells(record, separator, strict=True)
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
    try:
        return _cells(record, separator, strict=False)
    except csv.Error:
        return []


def _cells(record: str, separator: str, *, strict: bool) -> list[str]:
    return next(csv.reader([record.rstrip("\r\n")], delimiter=separator, strict=strict), [])


def _uneven(cells: int, width: int) -> str:
    return f"{cells} cells where the header has {width}" if cells else "not a row of cells"
