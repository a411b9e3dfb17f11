"""Import: readings that somebody has collected already, from CSV, JSON lines and yt-dlp's info dicts.

How a file is imported, by whoever has the file and can ask ingest:

    with path.open("rb") as file:
        found = survey(read(file, zone=zone("+07:00"), now=now))
    # AddCreator for each of found.creators, tracking_start_date=creator.start_date(org_zone)
    with path.open("rb") as file:
        for batch in plan(read(file, zone=zone("+07:00"), now=now)):
            # one ask: command_id=batch.command_id(project), a RecordScrape per batch.scrapes with source=NAME
            # and not_before=None: what a person imports is wanted, however old the post

Reading streams: memory holds a line and a batch, whatever the size of the file. A cell that cannot be read is a
warning and unknown; a row without creator, post or time is a warning and skipped; all others are imported. The
same file gives the same batches with the same command ids, so importing it again changes nothing.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from itertools import chain
from typing import BinaryIO

from trackagoat.ingest.sources.importing.cells import Unreadable, zone
from trackagoat.ingest.sources.importing.columns import Mapped, UnknownLayout
from trackagoat.ingest.sources.importing.documents import read_documents
from trackagoat.ingest.sources.importing.plan import Found, ImportBatch, Survey, plan, survey
from trackagoat.ingest.sources.importing.rows import Cells, Row, RowWarning, read_row
from trackagoat.ingest.sources.importing.tables import read_table
from trackagoat.ingest.sources.protocol import Scrape

__all__ = [
    "NAME",
    "Found",
    "ImportBatch",
    "Row",
    "RowWarning",
    "Scrape",
    "Survey",
    "UnknownLayout",
    "Unreadable",
    "plan",
    "read",
    "survey",
    "zone",
]

NAME = "import"
"""The source that imported snapshots name."""

LONGEST_LINE = 64 * 1024 * 1024
"""Characters read of one line; a playlist of yt-dlp is one line, anything longer is no line but a mistake."""


def read(file: BinaryIO, *, zone: tzinfo, now: datetime, mapped: Mapped | None = None) -> Iterator[Row | RowWarning]:
    """The rows of an open file and what could not be read of it, in its order.

    Times without offset are local to `zone`; nothing was read after `now`. `mapped` names columns that are not
    understood by themselves, e.g. {"views": "Plays"}. A file whose first line begins with `{` is JSON, one object
    a line; any other is CSV. UTF-8, or UTF-16 with a byte order mark. The file must be able to seek, and
    stays open.
    Raises UnknownLayout when the file as a whole makes no sense.
    """
    lines = _lines(file)
    head: list[str] = []
    for line in lines:
        head.append(line)
        if line.strip():
            break
    records = _records(head[-1].strip() if head else "", chain(head, lines), mapped or {})
    for record in records:
        if isinstance(record, RowWarning):
            yield record
        else:
            yield from read_row(*record, zone=zone, now=now)


def _records(first: str, lines: Iterable[str], mapped: Mapped) -> Iterator[tuple[int, Cells] | RowWarning]:
    if first.startswith("[") or first == "{":
        reason = "JSON has to be one object a line; `jq -c .` or `jq -c '.[]'` writes it so"
        raise UnknownLayout(reason=reason)
    return read_documents(lines, mapped) if first.startswith("{") else read_table(lines, mapped)


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a file as text. The rest of an endless line is dropped."""
    start = file.read(2)
    file.seek(-len(start), io.SEEK_CUR)
    wide = start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
    text = io.TextIOWrapper(file, "utf-16" if wide else "utf-8-sig", errors="replace", newline="")
    try:
        while line := text.readline(LONGEST_LINE):
            yield line
            while len(line) == LONGEST_LINE and not line.endswith("\n"):
                line = text.readline(LONGEST_LINE)
    finally:
        if not file.closed:
            text.detach()
