"""Statements that live with their types.

`@read("SELECT …")` turns a typed signature into an async query; `@write("INSERT … unnest …")` turns one into a
pure function that returns a `Write`. Every statement of the program is kept here so that a test can prepare
all of them against the migrated schemas and compare columns with fields.
"""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import msgspec

from trackagoat.events.effects import Write

P = ParamSpec("P")
R = TypeVar("R")


class Db(Protocol):
    """What a read needs: an asyncpg pool or connection."""

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...
    async def fetchrow(self, query: str, *args: Any) -> Any: ...
    async def fetchval(self, query: str, *args: Any) -> Any: ...


class Tx(Db, Protocol):
    """What a flush needs: a connection inside a transaction."""

    async def execute(self, query: str, *args: Any) -> str: ...


class Statement(msgspec.Struct, frozen=True, eq=False):
    """One SQL statement, where it was declared, and what its rows look like."""

    sql: str
    module: str
    name: str
    params: tuple[str, ...]
    row: Any
    kind: typing.Literal["read", "write"]

    @property
    def place(self) -> str:
        """Where to look for it."""
        return f"{self.module}.{self.name}"


class DisorderError(TypeError):
    """The columns of a statement do not stand in the order of its row's fields."""

    def __init__(self, place: str, columns: Sequence[str], fields: Sequence[str]) -> None:
        """Name both orders."""
        super().__init__(f"{place}: columns {', '.join(columns)} must stand in the order of fields {', '.join(fields)}")


_statements: list[Statement] = []


def statements() -> Sequence[Statement]:
    """Every statement declared by the modules imported so far."""
    return tuple(_statements)


def read(sql: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Run the query with the arguments after `db`; the return annotation says how rows come back.

    `Row | None`: the first row; `list[Row]`: all; `int`, `str`, …: the first column of the first row. A row's
    fields are filled by place, which takes a tenth of the time that names take: columns stand in the order of fields.
    """

    def decorate(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        state: dict[str, Any] = {}
        statement = _declare(sql, function, "read", 1)

        @functools.wraps(function)
        async def query(*args: Any, **kwargs: Any) -> Any:
            if "shape" not in state:
                state["shape"] = _shape(typing.get_type_hints(function)["return"])
                state["signature"] = inspect.signature(function)
            many, row = state["shape"]
            db, *values = state["signature"].bind(*args, **kwargs).args if kwargs else args
            if not many and not _is_struct(row):
                return await db.fetchval(sql, *values)
            found = await db.fetch(sql, *values) if many else [await db.fetchrow(sql, *values)]
            if "checked" not in state and found and found[0] is not None:
                state["checked"] = _check_order(statement, row, found[0])
            rows = [_row(row, record) for record in found]
            return rows if many else rows[0]

        query.statement = statement  # type: ignore[attr-defined]
        return cast("Callable[P, Awaitable[R]]", query)

    return decorate


def write(sql: str, *, key: tuple[str, ...] | None = None) -> Callable[[Callable[P, Write]], Callable[P, Write]]:
    """Make the function return a row for this statement, in which every parameter is an array to `unnest`.

    `key` names the parameters that say which row is touched (default: the first); `key=()` says that the
    statement copes with repeats within one set.
    """

    def decorate(function: Callable[P, Write]) -> Callable[P, Write]:
        signature = inspect.signature(function)
        statement = _declare(sql, function, "write", 0)
        names = statement.params[:1] if key is None else key
        at = tuple(statement.params.index(name) for name in names)

        @functools.wraps(function)
        def bind(*args: Any, **kwargs: Any) -> Write:
            row = args
            if kwargs or len(args) != len(statement.params):
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                row = bound.args
            return Write(statement, row, tuple(row[i] for i in at) if at else None)

        bind.statement = statement  # type: ignore[attr-defined]
        return cast("Callable[P, Write]", bind)

    return decorate


async def flush(tx: Tx, writes: Iterable[Write]) -> None:
    """Run the writes in order, neighbours of one statement and distinct keys as one set."""
    for statement, run in groupby(writes, key=lambda w: w.statement):
        rows: list[tuple[Any, ...]] = []
        seen: set[tuple[Any, ...]] = set()
        for one in run:
            if one.key is not None and one.key in seen:
                await _flush_set(tx, statement, rows)
                rows, seen = [], set()
            if one.key is not None:
                seen.add(one.key)
            rows.append(one.row)
        await _flush_set(tx, statement, rows)


async def _flush_set(tx: Tx, statement: Statement, rows: list[tuple[Any, ...]]) -> None:
    await tx.execute(statement.sql, *map(list, zip(*rows, strict=True)))


def _declare(sql: str, function: Callable[..., Any], kind: typing.Literal["read", "write"], skip: int) -> Statement:
    params = tuple(inspect.signature(function).parameters)[skip:]
    statement = Statement(sql, function.__module__, function.__name__, params, function, kind)
    _statements.append(statement)
    return statement


def _shape(annotation: Any) -> tuple[bool, Any]:
    """(many rows?, the row's type)."""
    origin = typing.get_origin(annotation)
    if origin in {list, Sequence}:
        return True, typing.get_args(annotation)[0]
    if origin in {typing.Union, types.UnionType}:
        return False, next(a for a in typing.get_args(annotation) if a is not type(None))
    return False, annotation


def result_type(statement: Statement) -> tuple[bool, Any]:
    """(many rows?, the row's type) of a read, for the test that compares columns with fields."""
    return _shape(typing.get_type_hints(statement.row)["return"])


def _is_struct(row: Any) -> bool:
    return isinstance(row, type) and issubclass(row, msgspec.Struct)


def _check_order(statement: Statement, row: Any, record: Any) -> bool:
    """Raise when columns do not stand in the order of the row's fields."""
    if _is_struct(row) and tuple(record.keys()) != row.__struct_fields__:
        raise DisorderError(statement.place, tuple(record.keys()), row.__struct_fields__)
    return True


def _row(row: Any, record: Any) -> Any:
    if record is None:
        return None
    return row(*record) if _is_struct(row) else record[0]
