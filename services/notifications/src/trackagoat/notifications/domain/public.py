"""Public events: what API consumers and webhooks see of a fact.

The type is the fact's tag without its version. What a fact is about stands in `subject`, not in `data`; what was never
meant for others (digests of keys, sealed things, addresses of people) is left out whatever a fact is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, Final
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.words import Event, Json, ProjectId
from trackagoat.events.envelope import Heard
from trackagoat.notifications.domain.figures import number

Data = dict[str, Json]

SUBJECTS: Final[Mapping[str, Sequence[str]]] = {
    "org": ("org",),
    "member": ("member", "user", "user_id"),
    "invitation": ("invitation", "invitation_id"),
    "api_key": ("key",),
    "project": ("project",),
    "annotation": ("annotation",),
    "creator": ("creator", "creator_id"),
    "stats": ("creator_id", "video"),
    "discovery": ("creator", "creator_id"),
    "video": ("video",),
    "campaign": ("campaign",),
    "goal": ("goal",),
    "alert": ("alert",),
    "channel": ("channel",),
}
"""By the first word of the type, the fields that may name what it is about, the first that is there."""

KINDS: Final[Mapping[str, str]] = {"stats": "creator", "discovery": "creator", "member": "user"}
"""What the subject is called where that is not the first word."""

LEFT_OUT: Final = ("digest", "sealed", "secret", "token", "hash", "password", "email", "cookie", "bell", "waits")
"""Fields with such a word in their names are nobody's business."""

ONLY: Final[Mapping[str, frozenset[str]]] = {
    "alert.raised": frozenset({"kind", "severity", "payload"}),
    "alert.cleared": frozenset({"kind", "severity"}),
    "channel.disabled": frozenset({"reason"}),
    "api_key.created": frozenset({"name", "prefix", "scopes"}),
    "api_key.revoked": frozenset({"name", "prefix", "scopes"}),
    **dict.fromkeys(
        (
            *("invitation.created", "invitation.resent", "invitation.accepted"),
            *("invitation.declined", "invitation.revoked", "invitation.expired"),
        ),
        frozenset({"role", "expires_at"}),
    ),
}
"""Types that show no more than this."""


class Public(msgspec.Struct, frozen=True):
    """A fact as it is shown."""

    type: str
    project: ProjectId | None
    subject_type: str
    subject: UUID
    data: Data


def public(fact: Heard[Event]) -> Public:
    """What is shown of a public fact."""
    type = type_of(fact.event)
    family = type.partition(".")[0]
    names = SUBJECTS.get(family, (family,))
    field = next((name for name in names if getattr(fact.event, name, None) is not None), None)
    subject: UUID = getattr(fact.event, field) if field else fact.org
    kind = "video" if field == "video" else KINDS.get(family, family)
    return Public(type, _project(fact.event), kind if field else "org", subject, _data(type, fact.event, field))


def type_of(event: Event) -> str:
    """The public type, e.g. `goal.status_changed`."""
    return event.tag().rpartition(".v")[0]


def fits(type: str, patterns: Sequence[str]) -> bool:
    """Is the type one of those, such as `goal.created` or `creator.*`?"""
    return any(fnmatchcase(type, pattern) for pattern in patterns)


def _project(event: Event) -> ProjectId | None:
    found = getattr(event, "project", None)
    return ProjectId(found) if isinstance(found, UUID) else None


def _data(type: str, event: Event, subject: str | None) -> Data:
    if type in _SHAPED:
        return _SHAPED[type](event)
    only = ONLY.get(type)
    shown: Data = {}
    for field in msgspec.structs.fields(event):
        name = field.encode_name
        if name in {subject, "project", "org"} or any(word in name for word in LEFT_OUT):
            continue
        if only is None or name in only:
            shown[_NAMES.get(name, name)] = _plain(getattr(event, field.name))
    return shown


def _plain(value: Any) -> Json:
    """As JSON has it; decimals are numbers."""
    return number(value) if isinstance(value, Decimal) else msgspec.to_builtins(value)


_NAMES = {"creator": "creator_id", "item": "item_id", "video": "video_id", "campaign": "campaign_id"}
"""Fields that are ids of something else than the subject."""


def _snapshot(event: Event) -> Data:
    """One scrape, under the names the API has for counters."""
    raw: Data = msgspec.to_builtins(event)
    profile = raw.get("creator")
    return {
        "source": raw["source"],
        "fetched_at": raw["fetched_at"],
        "creator": profile and {name: profile.get(field) for name, field in _PROFILE.items()},
        "videos": [
            {"video_id": one["video"], "is_baseline": one.get("is_baseline", False)}
            | {name: one.get(field) for name, field in _COUNTERS.items()}
            for one in raw.get("videos", ())
        ],
    }


_PROFILE = {
    "follower_count": "followers",
    "following_count": "following",
    "total_likes_count": "total_likes",
    "video_count": "video_count",
}
_COUNTERS = {
    "view_count": "views",
    "like_count": "likes",
    "comment_count": "comments",
    "share_count": "shares",
    "save_count": "saves",
}
_SHAPED: Mapping[str, Callable[[Event], Data]] = {"stats.snapshotted": _snapshot}
