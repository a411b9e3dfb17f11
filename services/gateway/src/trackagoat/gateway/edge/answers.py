"""Answers: what handlers return, and the envelope it travels in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

T = TypeVar("T")

_json = msgspec.json.Encoder(decimal_format="number")


class Resource(msgspec.Struct, frozen=True, kw_only=True):
    """A thing the API shows. Single ones carry an ETag over every field that is not `derived`."""

    derived: ClassVar[frozenset[str]] = frozenset()


class PageMeta(msgspec.Struct, frozen=True, rename="camel"):
    """Where the next page begins; null on the last one."""

    next_cursor: str | None


class BulkMeta(msgspec.Struct, frozen=True, rename="camel"):
    """How many items of a bulk went through."""

    succeeded: int
    failed: int


class Deleted(msgspec.Struct, frozen=True):
    """What a DELETE answers."""

    id: str
    deleted: bool = True


class Download(msgspec.Struct, frozen=True):
    """A file instead of JSON, outside the envelope; text in UTF-8."""

    body: bytes
    content_type: str
    filename: str


class Answer(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """What a handler returns. `secrets` are fields of `data` that a replay shows as null; `headers` go beside it."""

    data: T
    status: int = 200
    meta: Any = None
    secrets: tuple[str, ...] = ()
    headers: Mapping[str, str] = {}


def envelope(data: Any, meta: Any = None) -> bytes:
    """A success as it travels."""
    return _json.encode({"data": data, "error": None, "meta": meta})


def error_envelope(code: str, message: str, meta: dict[str, Any]) -> bytes:
    """A failure as it travels."""
    return _json.encode({"data": None, "error": message, "meta": {"code": code, **meta}})


def bare(data: Any) -> bytes:
    """A document outside the envelope."""
    return _json.encode(data)


def etag(resource: Resource) -> str:
    """Changes with any field of the resource except counters, their times and derived figures."""
    fields = {
        name: getattr(resource, name)
        for name in resource.__struct_fields__
        if name not in resource.derived and name != "updated_at"
    }
    digest = hashlib.sha256(msgspec.json.encode(fields, order="deterministic")).digest()
    return f'"{base64.urlsafe_b64encode(digest[:12]).decode()}"'


def without_secrets(answer: Answer[Any]) -> Any:
    """`data` as a replay may show it."""
    if not answer.secrets:
        return answer.data
    return msgspec.to_builtins(answer.data) | dict.fromkeys(answer.secrets)
