"""Decoding: query strings and bodies into typed values, or every fault they have, each with its path."""

from __future__ import annotations

import functools
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from multidict import MultiMapping

from trackagoat.gateway.edge.faults import Fault, faulty, invalid_body

S = TypeVar("S", bound=msgspec.Struct)

_AT = re.compile(r"^(?P<message>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_DEEPEST = 64
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class FieldError(ValueError):
    """Raised by a body's own checks for one of its fields."""

    def __init__(self, field: str, message: str) -> None:
        """Keep the field's name."""
        self.field = field
        super().__init__(message)


def query(kind: type[S], given: MultiMapping[str]) -> S:
    """The query parameters. Raises a 400 that lists every fault."""
    fields = _fields(kind)
    faults = [Fault("query", name, "Unknown parameter") for name in dict.fromkeys(given) if name not in fields]
    values: dict[str, Any] = {}
    for name, field in fields.items():
        sent = given.getall(name, [])
        if len(sent) > 1:
            faults.append(Fault("query", name, "Given more than once"))
        elif sent:
            try:
                values[field.name] = msgspec.convert(_text(sent[0]), _plain(field.type), strict=False)
            except (msgspec.ValidationError, ValueError) as error:
                faults.append(Fault("query", name, _say(error, field.type)[0]))
        elif field.required:
            faults.append(Fault("query", name, "Required"))
    if faults:
        raise faulty("invalid_query", faults)
    return _checked(kind, values)


def path_ids(given: Mapping[str, str]) -> dict[str, UUID]:
    """The ids of the path. Raises a 400 for one that is no UUID."""
    faults = [Fault("path", name, "Not a UUID") for name, text in given.items() if not _ID.fullmatch(text)]
    if faults:
        raise faulty("invalid_params", faults)
    return {name: UUID(text) for name, text in given.items()}


def body(kind: type[S], raw: bytes, bulk: type[msgspec.Struct] | None = None) -> S | msgspec.Struct:
    """The JSON body, as `bulk` when it has that one's first field. Raises a 400 that lists every fault."""
    sent = parsed(raw)
    target = bulk if bulk and isinstance(sent, dict) and bulk.__struct_encode_fields__[0] in sent else kind
    if b"\\u0000" in raw and (path := _null_character(sent, "")) is not None:
        raise invalid_body(path, "Contains a NUL character")
    try:
        return typing.cast("S", msgspec.json.decode(raw, type=target))
    except msgspec.ValidationError as error:
        found = list(_faults(target, sent, "")) or [_fault(error, target, "")]
        raise faulty("invalid_body", found) from error


def parsed(raw: bytes) -> Any:
    """The body as plain JSON. Raises a 400 when it is none."""
    try:
        sent = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid_body("", f"Malformed JSON: {error}") from error
    except RecursionError as error:
        raise invalid_body("", "Nested too deeply") from error
    if raw.count(b"{") + raw.count(b"[") > _DEEPEST and _is_deeper(sent, _DEEPEST):
        raise invalid_body("", "Nested too deeply")
    return sent


def _is_deeper(sent: Any, most: int) -> bool:
    """Whether objects and lists lie in each other more than `most` times."""
    level = [sent]
    for _ in range(most):
        level = [inner for one in level for inner in _inside(one)]
    return any(isinstance(one, dict | list) for one in level)


def _inside(sent: Any) -> Iterable[Any]:
    if isinstance(sent, dict):
        return sent.values()
    return sent if isinstance(sent, list) else ()


def _checked(kind: type[S], values: dict[str, Any]) -> S:
    try:
        return kind(**values)
    except FieldError as error:
        raise faulty("invalid_query", [Fault("query", error.field, str(error))]) from error


def _text(sent: str) -> str:
    if "\x00" in sent:
        message = "Contains a NUL character"
        raise ValueError(message)
    return sent


def _faults(kind: Any, sent: Any, path: str) -> Iterator[Fault]:
    """Every fault of a value, as deep as structs and lists of structs go."""
    if _is_struct(kind) and isinstance(sent, dict):
        yield from _struct_faults(kind, sent, path)
    elif (item := _struct_items(kind)) and isinstance(sent, list):
        nested = [fault for i, one in enumerate(sent) for fault in _faults(item, one, f"{path}[{i}]")]
        yield from nested or _own_fault(kind, sent, path)
    else:
        yield from _own_fault(kind, sent, path)


def _struct_faults(kind: type[msgspec.Struct], sent: dict[str, Any], path: str) -> Iterator[Fault]:
    fields = _fields(kind)
    clean = True
    for fault in _member_faults(fields, sent, f"{path}." if path else ""):
        clean = False
        yield fault
    if clean:
        yield from _own_fault(kind, sent, path)


def _member_faults(fields: Mapping[str, Any], sent: dict[str, Any], prefix: str) -> Iterator[Fault]:
    for name in sent:
        if name not in fields:
            yield Fault("body", f"{prefix}{name}", "Unknown field")
    for name, field in fields.items():
        if name in sent:
            yield from _faults(field.type, sent[name], f"{prefix}{name}")
        elif field.required:
            yield Fault("body", f"{prefix}{name}", "Required")


def _own_fault(kind: Any, sent: Any, path: str) -> Iterator[Fault]:
    try:
        msgspec.convert(sent, kind)
    except msgspec.ValidationError as error:
        yield _fault(error, kind, path)


def _fault(error: msgspec.ValidationError, kind: Any, path: str) -> Fault:
    message, inside = _say(error, kind)
    if isinstance(error.__cause__, FieldError):
        inside = f"{inside}.{error.__cause__.field}"
    return Fault("body", f"{path}{inside}".removeprefix("."), message)


def _say(error: Exception, kind: Any) -> tuple[str, str]:
    """(the sentence, the path within the value). What a type says of itself goes before what the library says."""
    match = _AT.match(str(error))
    message, inside = (match["message"], match["path"] or "") if match else (str(error), "")
    if "matching regex" in message and (described := _description(kind)):
        message = described
    elif message.startswith("Invalid enum value") and (allowed := _allowed(kind)):
        message = f"Must be one of {', '.join(allowed)}"
    return message, inside


def _null_character(sent: Any, path: str) -> str | None:
    """Where a string holds the one character PostgreSQL cannot store, if any does."""
    if isinstance(sent, str):
        return path if "\x00" in sent else None
    if isinstance(sent, dict):
        inside = [(f"{path}.{name}".removeprefix("."), one) for name, one in sent.items()]
        if any("\x00" in name for name in sent):
            return path
    elif isinstance(sent, list):
        inside = [(f"{path}[{i}]", one) for i, one in enumerate(sent)]
    else:
        return None
    return next((found for where, one in inside if (found := _null_character(one, where)) is not None), None)


@functools.cache
def _fields(kind: type[msgspec.Struct]) -> Mapping[str, msgspec.structs.FieldInfo]:
    """The fields of a struct by the names they are sent under."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _plain(kind: Any) -> Any:
    """The type without None and UNSET: a query string can say neither."""
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        left = [k for k in typing.get_args(kind) if k not in {type(None), msgspec.UnsetType}]
        return left[0] if len(left) == 1 else typing.Union[tuple(left)]  # noqa: UP007 - built from a list
    return kind


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _struct_items(kind: Any) -> Any:
    """The struct a list type holds, if it is one."""
    plain = _plain(kind)
    if typing.get_origin(plain) is Annotated:
        plain = typing.get_args(plain)[0]
    items = typing.get_args(plain) if typing.get_origin(plain) is list else ()
    return items[0] if items and _is_struct(items[0]) else None


def _description(kind: Any) -> str | None:
    """What the type says of itself in its `Meta(description=…)`."""
    if typing.get_origin(kind) is Annotated:
        told = (m.description for m in typing.get_args(kind)[1:] if isinstance(m, msgspec.Meta))
        return next((d for d in told if d), None)
    return next((d for k in typing.get_args(kind) if (d := _description(k))), None)


def _allowed(kind: Any) -> tuple[str, ...]:
    if typing.get_origin(kind) is Literal:
        return tuple(map(str, typing.get_args(kind)))
    return next((a for k in typing.get_args(kind) if (a := _allowed(k))), ())
