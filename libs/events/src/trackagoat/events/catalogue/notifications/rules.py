"""Rules: which alerts go to which channels, and when."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.notifications.alerts import AlertKind
from trackagoat.events.catalogue.notifications.speech import NotificationsCommand, NotificationsEvent
from trackagoat.events.catalogue.words import ChannelId, ProjectId, Refused, Severity

Digest = Literal["immediate", "hourly", "daily"]


class QuietHours(msgspec.Struct, frozen=True, omit_defaults=True):
    """From `start` to `end` (`22:00`, over midnight when the end is not later); the org's timezone unless named."""

    start: str
    end: str
    timezone: str | None = None


class RuleSet(NotificationsEvent, frozen=True, kw_only=True, tag="rule.set.v1"):
    """The rule as it is from now on, whole. None: all projects, all kinds that are on by default."""

    public: ClassVar[bool] = False
    rule: UUID
    name: str
    projects: list[ProjectId] | None = None
    kinds: list[AlertKind] | None = None
    min_severity: Severity = "info"
    channels: list[ChannelId] = []
    digest: Digest = "immediate"
    quiet_hours: QuietHours | None = None
    is_active: bool = True


class RuleDeleted(NotificationsEvent, frozen=True, kw_only=True, tag="rule.deleted.v1"):
    """The rule no longer applies."""

    public: ClassVar[bool] = False
    rule: UUID


class SetRule(NotificationsCommand, frozen=True, kw_only=True, tag="rule.set"):
    """Make the rule what is given here; `known` are the org's channels, completed by notifications.

    `fresh` only makes it: nothing happens when it exists already, or once did. `only` names the fields that are to
    change; the others stay.
    """

    rule: UUID
    name: str
    projects: list[ProjectId] | None = None
    kinds: list[AlertKind] | None = None
    min_severity: Severity = "info"
    channels: list[ChannelId] = []
    digest: Digest = "immediate"
    quiet_hours: QuietHours | None = None
    is_active: bool = True
    fresh: bool = False
    only: list[str] | None = None
    known: list[ChannelId] = []


class DeleteRule(NotificationsCommand, frozen=True, kw_only=True, tag="rule.delete"):
    """Take the rule away."""

    rule: UUID


RuleEvents = RuleSet | RuleDeleted
RuleCommands = SetRule | DeleteRule


class InvalidQuietHours(Refused):
    """Quiet hours are two different times of the day such as 22:00 and 07:00, in an IANA timezone."""
