"""Lists: a page at a time, or every row of all pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")
M = TypeVar("M")


class Page(msgspec.Struct, Generic[T, M], frozen=True):
    """Some rows, and what the answer says of the whole list; `meta.next_cursor` is None on the last page."""

    data: list[T]
    meta: M


class Listing(Generic[T, M]):
    """A list that is read when it is looked at: `async for row in …`, `await ….all()`, `await ….page()`."""

    def __init__(self, fetch: Callable[[str | None], Awaitable[Page[T, M]]], cursor: str | None) -> None:
        """`fetch` reads the page that a cursor points to; the list begins at `cursor`."""
        self._fetch, self._cursor = fetch, cursor

    async def page(self, cursor: str | None = None) -> Page[T, M]:
        """One page: the first, or that of a cursor."""
        return await self._fetch(cursor or self._cursor)

    async def pages(self) -> AsyncIterator[Page[T, M]]:
        """Page after page."""
        cursor = self._cursor
        while True:
            page = await self._fetch(cursor)
            yield page
            cursor = getattr(page.meta, "next_cursor", None)
            if cursor is None:
                return

    async def all(self) -> list[T]:
        """Every row."""
        return [row async for row in self]

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for row in page.data:
                yield row
