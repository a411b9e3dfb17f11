"""Words every page of the catalogue uses: identifiers, counters, and what an event, a command and a refusal are.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Literal, NewType
from uuid import UUID, uuid5

import msgspec

OrgId = NewType("OrgId", UUID)
ProjectId = NewType("ProjectId", UUID)
KeyId = NewType("KeyId", UUID)
UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
InvitationId = NewType("InvitationId", UUID)
CreatorId = NewType("CreatorId", UUID)
VideoId = NewType("VideoId", UUID)
CampaignId = NewType("CampaignId", UUID)
GoalId = NewType("GoalId", UUID)
AlertId = NewType("AlertId", UUID)
ChannelId = NewType("ChannelId", UUID)

INSTALLATION = OrgId(UUID(int=0))
"""In place of an org, where something belongs to none: people, who may be in several."""

Json = Any
"""A JSON value as msgspec decodes it: the product never looks inside (metadata, mapping files)."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """A fact. The tag is the public type and a version; `speaker` is the service that says it."""

    speaker: ClassVar[str]
    public: ClassVar[bool] = True

    @classmethod
    def tag(cls) -> str:
        """The stored and published name of this kind of event, e.g. `video.discovered.v1`."""
        return str(cls.__struct_config__.tag)


class Command(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """A wish addressed to one service; decided against one stream. `service` is the one that decides it."""

    service: ClassVar[str]


class Refused(Exception):
    """The command cannot be accepted; nothing was stored.

    The docstring of the subclass is the sentence people read, its name in snake case is the code programs
    branch on, and the keyword arguments are the details (JSON values) that go with it.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str | None = None, **details: Json) -> None:
        """Keep the sentence (the docstring's first line unless given) and the details."""
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.details = details
        super().__init__(self.message)

    def __init_subclass__(cls) -> None:
        """Derive the code from the class name."""
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class NotFound(Refused):
    """There is no such thing here."""


class WriteConflict(Refused):
    """Others kept changing the same thing; nothing was stored, try again."""


class Moved(Refused):
    """The stream is not at the version the command was meant for; `version` is where it stands."""


class Counters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Public counters of one post; None is unknown, never 0."""

    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None


TrackingMode = Literal["auto", "selective"]
TrackingStatus = Literal["auto_tracked", "pending_review", "included", "excluded", "direct_add"]
ContentType = Literal["video", "photo"]
ItemType = Literal["creator", "video", "campaign"]
Severity = Literal["info", "warning", "critical"]
Scope = Literal["read", "write", "admin"]

COUNTED: frozenset[TrackingStatus] = frozenset({"auto_tracked", "included", "direct_add"})
"""Statuses in which a video that is not removed enters every total."""


_derived = lru_cache(maxsize=16_384)(uuid5)
"""Whoever records a scrape asks for the same ids several times over, and hashing costs more than recalling."""


def video_id(project: ProjectId, tiktok_video_id: str) -> VideoId:
    """The one id a post has in a project, however it came in (discovered, imported, added by its URL)."""
    return VideoId(_derived(project, tiktok_video_id))


class Span(msgspec.Struct, frozen=True):
    """A half-open stretch of time [start, end), UTC."""

    start: datetime
    end: datetime
