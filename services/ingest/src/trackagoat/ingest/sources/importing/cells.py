"""What one cell of a messy file says: a count, an instant, a duration, a text. Empty is unknown, never 0."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

LARGEST = 2**63 - 1
LONGEST_TEXT = 4_000
LONGEST_LINK = 2_048
LONGEST_DURATION = 86_400

_TIMES = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_short = re.compile(r"([0-9]{1,15})(?:[.]([0-9]{1,9})|,([0-9]{1,2}))? ?([KMBkmb])")
_plain = re.compile(r"([0-9]{1,19})(?:[.]0{1,2})?")
_grouped = re.compile(r"[0-9]{1,3}(?:([,'\u2019_ \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*|[.][0-9]{3}(?:[.][0-9]{3})+)")
_offset = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-5][0-9]))?")
_unix = re.compile(r"[0-9]{9,10}(?:[.][0-9]+)?|[0-9]{12,13}")
_year_first = re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})\b")
_clock = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])")
_seconds = re.compile(r"[0-9]{1,6}(?:[.][0-9]+)?")
_control = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


class Unreadable(ValueError):
    """A cell that says something, but nothing of its kind. The message is the reason, for people."""

    def __init__(self, cell: object, fault: str) -> None:
        super().__init__(f"{shown(cell)} {fault}")


def count(cell: object) -> int | None:
    """A count: `541`, `541.2K`, `5.3M`, `1.2B`, `1,234,567`, `1.234.567`, `1 234`; fractions are rounded half up.

    None when the cell is empty. Raises Unreadable for a stray word, a negative or broken number, and for
    `1.234`, which may mean either of two numbers.
    """
    match cell:
        case None:
            return None
        case bool():
            raise Unreadable(cell, "is not a count")
        case int():
            number = cell
        case float() if cell.is_integer():
            number = int(cell)
        case str():
            text = cell.strip()
            if not text:
                return None
            number = _count(text)
        case _:
            raise Unreadable(cell, "is not a count")
    if not 0 <= number <= LARGEST:
        raise Unreadable(cell, "is out of range for a count")
    return number


def _count(text: str) -> int:
    if found := _plain.fullmatch(text):
        return int(found[1])
    if found := _short.fullmatch(text):
        number = Decimal(f"{found[1]}.{found[2] or found[3] or 0}") * _TIMES[found[4].upper()]
        return int(number.to_integral_value(ROUND_HALF_UP))
    if _grouped.fullmatch(text):
        return int(re.sub("[^0-9]", "", text))
    if re.fullmatch("[0-9]+[.][0-9]{3}", text):
        raise Unreadable(text, "may be a fraction or use a point for thousands")
    raise Unreadable(text, "is not a count")


def zone(text: str) -> tzinfo:
    """A time zone by name: `UTC`, `Z`, a fixed offset such as `+07:00`, or an IANA name such as `Asia/Jakarta`.

    Raises Unreadable.
    """
    name = text.strip()
    if name.upper() in {"UTC", "GMT", "Z"}:
        return UTC
    if found := _offset.fullmatch(name.upper()):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if offset <= timedelta(hours=14):
            return timezone(-offset if found[1] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Unreadable(text, "is not a time zone; write +07:00 or a name such as Asia/Jakarta") from None


def instant(cell: object, zone: tzinfo) -> datetime | None:
    """An instant in UTC: ISO 8601 with or without offset, `2025/05/14 21:18`, Unix seconds or milliseconds.

    A time without offset is local to `zone`; a day alone is its first moment. None when the cell is empty.
    Raises Unreadable.
    """
    match cell:
        case None:
            return None
        case bool():
            raise Unreadable(cell, "is not a time")
        case int() | float():
            text = str(cell)
        case str():
            text = cell.strip()
            if not text:
                return None
        case _:
            raise Unreadable(cell, "is not a time")
    try:
        return _unix_instant(text) if _unix.fullmatch(text) else _iso_instant(text, zone)
    except (ValueError, OverflowError, OSError):
        raise Unreadable(cell, "is not a time") from None


def _unix_instant(text: str) -> datetime:
    is_milliseconds = len(text) > 11 and "." not in text  # noqa: PLR2004 - seconds have ten digits until 2286
    micros = Decimal(text) * (1_000 if is_milliseconds else 1_000_000)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))


def _iso_instant(text: str, zone: tzinfo) -> datetime:
    text = _year_first.sub(lambda found: f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}", text, count=1)
    text = text.removesuffix(" UTC") + "Z" if text.endswith(" UTC") else text
    told = datetime.fromisoformat(text)
    return (told.replace(tzinfo=zone) if told.tzinfo is None else told).astimezone(UTC)


def duration(cell: object) -> int | None:
    """Whole seconds from `04:20`, `1:02:03`, `260` or `12.5`. None when the cell is empty. Raises Unreadable."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    text = "" if isinstance(cell, bool) else str(cell).strip()
    if found := _clock.fullmatch(text):
        seconds = int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])
    elif _seconds.fullmatch(text):
        seconds = int(Decimal(text).to_integral_value(ROUND_HALF_UP))
    else:
        raise Unreadable(cell, "is not a duration")
    if seconds > LONGEST_DURATION:
        raise Unreadable(cell, "is longer than a day")
    return seconds


def text(cell: object) -> str | None:
    """A text without control characters, cut at 4,000 characters; None when nothing is left."""
    if cell is None or isinstance(cell, (bool, dict, list)):
        return None
    return _control.sub(" ", str(cell)).strip()[:LONGEST_TEXT] or None


def link(cell: object) -> str | None:
    """A web address of at most 2,048 characters; anything else is None."""
    address = text(cell)
    if address is None or len(address) > LONGEST_LINK or not address.startswith(("https://", "http://")):
        return None
    return address


def shown(cell: object) -> str:
    """A cell as a reason quotes it: short, in quotes, on one line."""
    quoted = repr(cell if isinstance(cell, str) else str(cell))
    return quoted if len(quoted) <= 60 else quoted[:56] + "...'"  # noqa: PLR2004 - fits on a line
