"""Words the resources, parameters and bodies share: names, notes, instants, pages."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trackagoat.gateway.edge.decoding import FieldError
from trackagoat.gateway.edge.faults import invalid_body

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")

METADATA_BYTES = 16 * 1024
BIGGEST = 2**63 - 1
_MILLISECOND = 1_000
_FIRST_YEAR, _LAST_YEAR = 2000, 2200
_TO_SECONDS, _TO_MILLISECONDS = len("2026-01-31T12:00:00"), len("2026-01-31T12:00:00.000")
_NO_CONTROL = r"(?=[^\x00-\x1f\x7f-\x9f]*$)"


def _name(longest: int) -> Meta:
    """A name: trimmed, without control characters, 1 to `longest` characters."""
    pattern = rf"^{_NO_CONTROL}\s*\S(?:.{{0,{longest - 2}}}\S)?\s*$"
    return Meta(pattern=pattern, description=f"1 to {longest} characters without control characters")


Name = Annotated[str, _name(120)]
KeyName = Annotated[str, _name(100)]
CampaignName = Annotated[str, _name(200)]
DisplayName = Annotated[str, _name(100)]
Search = Annotated[str, Meta(pattern=rf"^{_NO_CONTROL}.{{1,100}}$", description="1 to 100 characters")]
Note = Annotated[str, Meta(max_length=20_000, description="Markdown, up to 20,000 characters")]
Metadata = Annotated[dict[str, Any], Meta(description="An object for programs, up to 16 KiB")]
Url = Annotated[str, Meta(min_length=1, max_length=2048)]
Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Moment = Annotated[datetime, Meta(tz=True)]
Number = int | float
Count = Annotated[int, Meta(ge=0)]
Limit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(min_length=1, max_length=2048)]


class Params(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Query parameters."""


class Page(Params, frozen=True, kw_only=True):
    """Query parameters of every list."""

    limit: Limit = 50
    cursor: Cursor | None = None


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JSON body: unknown fields are faults."""


class Notes(Body, frozen=True, kw_only=True):
    """Notes of people and of programs. `description` is another name for `readme`."""

    readme: Note | UnsetType | None = UNSET
    description: Note | UnsetType | None = UNSET
    metadata: Metadata | UnsetType | None = UNSET

    def __post_init__(self) -> None:
        """Check what no single field shows."""
        if UNSET not in (self.readme, self.description) and self.readme != self.description:
            raise FieldError("description", "Another text than readme; both name the same notes")
        if isinstance(self.metadata, dict):
            check_metadata(self.metadata)

    @property
    def note(self) -> str | UnsetType | None:
        """The notes, by whichever name they were sent."""
        return self.description if self.readme is UNSET else self.readme


class Patch(Notes, frozen=True, kw_only=True):
    """A change of some fields; one at least."""

    def __post_init__(self) -> None:
        """A PATCH without any field is a fault."""
        super().__post_init__()
        something(self)


def something(body: msgspec.Struct) -> None:
    """Raise for a PATCH without any field."""
    if all(getattr(body, name) is UNSET for name in body.__struct_fields__):
        raise FieldError("", "Name at least one field to change")


def check_instant(name: str, at: datetime | UnsetType | None) -> None:
    """Raise for an instant so far away that no calendar of the product reaches it."""
    if isinstance(at, datetime) and not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise FieldError(name, f"Between {_FIRST_YEAR} and {_LAST_YEAR}")


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Raise for metadata over 16 KiB."""
    if len(msgspec.json.encode(metadata)) > METADATA_BYTES:
        raise FieldError("metadata", "Larger than 16 KiB")


def merged(present: Mapping[str, Any], sent: Mapping[str, Any] | None) -> dict[str, Any]:
    """Metadata after a PATCH: members sent replace, null removes, others stay; null as a whole empties it."""
    if sent is None:
        return {}
    after = {name: value for name, value in present.items() if name not in sent}
    after |= {name: value for name, value in sent.items() if value is not None}
    if len(msgspec.json.encode(after)) > METADATA_BYTES:
        raise invalid_body("metadata", "Larger than 16 KiB together with what is there")
    return after


def fits(present: Mapping[str, Any], sent: Mapping[str, Any] | UnsetType | None) -> None:
    """Raise for a PATCH after which the metadata would be over 16 KiB."""
    if sent is not UNSET:
        merged(present, sent)


def given(value: T | UnsetType, otherwise: Any = None) -> Any:
    """The value that was sent, or the default."""
    return otherwise if value is UNSET else value


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with Z; milliseconds when not zero."""
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    text: str = msgspec.to_builtins(at)
    if not at.microsecond:
        return text
    return f"{text[: _TO_MILLISECONDS if at.microsecond >= _MILLISECOND else _TO_SECONDS]}Z"


def number(value: Decimal | None, places: int | None = None) -> Number | None:
    """A decimal as a JSON number, rounded half up when `places` is given."""
    if value is None:
        return None
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole = int(value)
    return whole if whole == value else float(value)


def ratio(value: Fraction | None, places: int) -> Number | None:
    """A fraction as a JSON number, rounded half up (away from zero)."""
    if value is None:
        return None
    return quotient(value.numerator, value.denominator, places)


def quotient(part: int, whole: int, places: int) -> Number:
    """A part of a whole above 0 as a JSON number, rounded half up (away from zero)."""
    unit: int = 10**places
    count = (2 * abs(part) * unit + whole) // (2 * whole)
    signed = -count if part < 0 else count
    return signed // unit if signed % unit == 0 else signed / unit


def shown(kind: type[S], row: msgspec.Struct, **more: Any) -> S:
    """The resource with the row's fields of the same names, instants written out, and what `more` says."""
    hidden, instants = _plan(kind, type(row))
    values = msgspec.structs.asdict(row)
    for name in hidden:
        del values[name]
    for name in instants:
        if values[name] is not None:
            values[name] = instant(values[name])
    values.update(more)
    return kind(**values)


@functools.cache
def _plan(kind: type[msgspec.Struct], row: type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(fields of the row the resource does not have, those that are instants): worked out once per pair of types."""
    columns = {field.name: field.type for field in msgspec.structs.fields(row)}
    hidden = tuple(name for name in columns if name not in kind.__struct_fields__)
    shared = (name for name in columns if name not in hidden)
    return hidden, tuple(n for n in shared if "datetime.datetime" in repr(columns[n]) or columns[n] is datetime)
