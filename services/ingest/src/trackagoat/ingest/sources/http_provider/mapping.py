"""A mapping file: where a provider of TikTok data keeps what, in TOML. `docs/examples/providers` has two."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Literal

import msgspec

Outcome = Literal["not_found", "private", "rate_limited", "blocked", "error"]
_name = re.compile("[a-z][a-z0-9_]{1,31}")
_field = re.compile(r"\{(\w+)\}")
_PLACES = {"handle", "url", "video_id", "limit", "cursor", "page"}


class Unmappable(ValueError):
    """The file cannot be used. The message says what is wrong with it."""


class Auth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The header that lets in: `prefix` and the value of the environment variable `secret_env`."""

    header: str = "Authorization"
    prefix: str = ""
    secret_env: str


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer with this value there comes to that outcome, whatever its status."""

    pointer: str
    equals: bool | int | str
    outcome: Outcome


class Door(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One request: `query` and `json` are filled in from {handle}, {url}, {video_id}, {limit}, {cursor}, {page}; what
    would be filled in with nothing is left out. `fields` are our names to JSON pointers below `root`.
    """

    path: str
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = {}
    json: dict[str, str | int | bool] = {}
    root: str = ""
    fields: dict[str, str]


class Listing(Door, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The door to lists: `items` points to the list below `root`, `fields` below an item.

    The next page is asked for by what `next` points to, or by number from `pages_from` on. There is none when
    `more` points to something false, or where a page is empty. A post is a carousel where `photo` points to anything
    but nothing. At most `most` posts are asked for at once.
    """

    items: str
    next: str | None = None
    more: str | None = None
    pages_from: int | None = None
    photo: str | None = None
    most: int = 30


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider. Its `name` is the source that snapshots name. A door it lacks is answered by other sources.

    `follow` tells where a short link leads; `url` is the link when it asks, and the post's URL in its answer.
    """

    name: str
    base_url: str
    auth: Auth | None = None
    calls_per_minute: float = 60
    at_once: int = 4
    statuses: dict[str, Outcome] = {}
    rules: list[Rule] = []
    profile: Door | None = None
    posts: Listing | None = None
    video: Door | None = None
    follow: Door | None = None


FOLLOWED = {"url"}
PROFILE = {"followers", "following", "total_likes", "video_count", "display_name", "bio", "avatar_url"}
COUNTERS = {"views", "likes", "comments", "shares", "saves"}
POST = COUNTERS | {"tiktok_video_id", "author_handle", "posted_at", "title", "thumbnail_url", "duration_seconds"}


def load(toml: str) -> Mapping:
    """The mapping in a file's text. Raises Unmappable."""
    try:
        mapping = msgspec.convert(tomllib.loads(toml), Mapping)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Unmappable(str(error)) from None
    for fault in _faults(mapping):
        raise Unmappable(fault)
    return mapping


def _faults(mapping: Mapping) -> list[str]:
    faults = [] if _name.fullmatch(mapping.name) else [f"{mapping.name!r} is no name: letters, digits and _"]
    if not mapping.base_url.startswith(("https://", "http://127.0.0.1")):
        faults.append("base_url has to begin with https://")
    if mapping.calls_per_minute <= 0 or mapping.at_once <= 0:
        faults.append("calls_per_minute and at_once have to be more than 0")
    faults += [f"statuses: {status} is no HTTP status" for status in mapping.statuses if not status.isdigit()]
    doors: dict[str, tuple[Door | None, set[str]]] = {
        "profile": (mapping.profile, PROFILE),
        "posts": (mapping.posts, POST),
        "video": (mapping.video, COUNTERS),
        "follow": (mapping.follow, FOLLOWED),
    }
    if not (mapping.profile or mapping.posts or mapping.video):
        faults.append("one of [profile], [posts] and [video] has to be there")
    for name, (door, fields) in doors.items():
        faults += [] if door is None else [f"[{name}] {fault}" for fault in _door_faults(door, fields)]
    return faults


def _door_faults(door: Door, fields: set[str]) -> list[str]:
    faults = [f"has no field {name}; it may have {', '.join(sorted(fields))}" for name in set(door.fields) - fields]
    if not set(door.fields) & (COUNTERS | PROFILE | FOLLOWED):
        faults.append("maps nothing that can be counted or told")
    texts = (door.path, *door.query.values(), *(v for v in door.json.values() if isinstance(v, str)))
    strange = {name for text in texts for name in _field.findall(text)} - _PLACES
    faults += [f"knows no {{{name}}}; there are {', '.join(sorted(_PLACES))}" for name in sorted(strange)]
    pointers = [door.root, *door.fields.values()]
    if isinstance(door, Listing):
        pointers += [door.items, *(p for p in (door.next, door.more, door.photo) if p is not None)]
        if "tiktok_video_id" not in door.fields:
            faults.append("needs the field tiktok_video_id")
        if door.next is not None and door.pages_from is not None:
            faults.append("goes on by `next` or by `pages_from`, not by both")
    return faults + [f"{pointer!r} is no JSON pointer" for pointer in pointers if pointer and pointer[0] != "/"]


def filled(template: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """The template with its places filled in, without what would say nothing."""
    found: dict[str, Any] = {}
    for name, text in template.items():
        if not isinstance(text, str):
            found[name] = text
            continue
        places = _field.findall(text)
        if all(place in values for place in places):
            found[name] = _field.sub(lambda place: values[place[1]], text)
    return found
