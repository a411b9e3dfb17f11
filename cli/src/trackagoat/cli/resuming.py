"""How far an import has come, kept beside the data, so that one that was cut off goes on where it was."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from trackagoat.cli.errors import Failure


class Mark(msgspec.Struct, frozen=True):
    """The instant the import began at, and how many of its batches are recorded, none left out."""

    now: datetime
    batches: int = 0


class Progress:
    """The mark of one file, read one way, for one project. Another file, zone or mapping has another."""

    def __init__(self, path: Path, now: datetime) -> None:
        """`path` is the mark's; without one the import begins `now`."""
        self._path = path
        self.begun = _read(path) or Mark(now)
        self._next, self._ahead = self.begun.batches, set[int]()
        self._rests = False

    @classmethod
    def of(cls, folder: Path, file: Path, told: Mapping[str, str], now: datetime) -> Self:
        """The mark of a file's contents, whatever it is called, and what is `told` about how to read it."""
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
        digest.update(msgspec.json.encode(sorted(told.items())))
        return cls(folder / "imports" / f"{digest.hexdigest()}.json", now)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one that imports this, for as long as this process lives. Raises Failure."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = "another import of the same file into the same project is running; wait for it, or end it"
                raise Failure(message) from None
            yield
            Path(lock.name).unlink(missing_ok=True)

    def rest(self) -> None:
        """Keep no mark: something was left out that may be taken in another time, so the next run begins anew."""
        self._rests = True
        self._path.unlink(missing_ok=True)

    def is_done(self, batch: int) -> bool:
        """Whether an earlier run recorded it."""
        return not self._rests and batch < self.begun.batches

    def done(self, batch: int) -> None:
        """It is recorded; batches may be so out of their order."""
        self._ahead.add(batch)
        before = self._next
        while self._next in self._ahead:
            self._ahead.remove(self._next)
            self._next += 1
        if self._next > before and not self._rests:
            self._write(Mark(self.begun.now, self._next))

    def end(self) -> None:
        """Everything is recorded."""
        self._path.unlink(missing_ok=True)

    def _write(self, mark: Mark) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(mark))
        os.replace(fresh, self._path)  # noqa: PTH105 - a mark is there whole or not at all


def _read(path: Path) -> Mark | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mark)
    except (OSError, msgspec.DecodeError):
        return None
