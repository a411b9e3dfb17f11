"""Golden files: one stored example per event tag, decodable for ever.

A new tag gets its example from here once (`just golden`); from then on the file is never edited.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

from trackagoat.events.catalogue.words import Event

_INSTANT = dt.datetime(2026, 3, 10, 8, 0, tzinfo=dt.UTC)
_ID = UUID("0195a1b2-0000-7000-8000-000000000001")
_PLAIN: dict[type, Any] = {
    inspect.UUIDType: _ID,
    inspect.DateTimeType: _INSTANT,
    inspect.DateType: _INSTANT.date(),
    inspect.DecimalType: decimal.Decimal("12.50"),
    inspect.StrType: "text",
    inspect.IntType: 7,
    inspect.FloatType: 1.5,
    inspect.BoolType: True,
    inspect.AnyType: {"key": "value"},
}


def example(event: type[Event]) -> Event:
    """An event of that kind with every field filled in, always the same."""
    return msgspec.convert(_value(inspect.type_info(event)), event)


def _value(kind: Any) -> Any:
    if type(kind) in _PLAIN:
        return _PLAIN[type(kind)]
    match kind:
        case inspect.UnionType(types=types):
            return _value(next(t for t in types if not isinstance(t, inspect.NoneType)))
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.ListType(item_type=item):
            return [_value(item)]
        case inspect.DictType():
            return {"key": "value"}
        case inspect.StructType(fields=fields, tag=tag, tag_field=tag_field):
            filled = {field.encode_name: _value(field.type) for field in fields}
            return filled | ({tag_field: tag} if tag_field else {})
        case _:
            message = f"no example value for {kind}"
            raise TypeError(message)
