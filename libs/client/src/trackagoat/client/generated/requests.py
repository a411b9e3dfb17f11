"""Parts of bodies the API takes. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType, field

from trackagoat.client.models import Body


class NewCreator(Body, frozen=True, kw_only=True):
    """An account to track: its handle or the URL of its profile."""

    readme: str | None | UnsetType = UNSET
    """Notes of people, in Markdown"""
    description: str | None | UnsetType = UNSET
    """The same text as readme"""
    metadata: dict[str, Any] | None | UnsetType = UNSET
    """An object for programs; the product never looks inside"""
    tiktok_handle: str
    """Name of the account, without the @"""
    tracking_mode: Literal["auto", "selective"] | UnsetType = UNSET
    """auto: discovered posts count at once; selective: they wait in the inbox"""
    tracking_start_date: date | UnsetType = UNSET
    """Discovery takes posts from this day on"""
    display_name_override: str | None | UnsetType = UNSET
    """A name of one's own for the creator"""


class NewVideo(Body, frozen=True, kw_only=True):
    """A post to add by its URL."""

    readme: str | None | UnsetType = UNSET
    """Notes of people, in Markdown"""
    description: str | None | UnsetType = UNSET
    """The same text as readme"""
    metadata: dict[str, Any] | None | UnsetType = UNSET
    """An object for programs; the product never looks inside"""
    url: str
    """Canonical address of the post"""


class NewItem(Body, frozen=True, kw_only=True):
    """A creator, video or campaign to put in."""

    item_type: Literal["campaign", "creator", "video"]
    item_id: UUID


class NewGoal(Body, frozen=True, kw_only=True):
    """A target to set for a creator."""

    creator_id: UUID
    """Creator it belongs to; null when there is none"""
    metric: Literal["engagement", "followers", "posts", "views"]
    """What the goal measures"""
    period: Literal["daily", "monthly", "weekly"]
    """Kind of calendar period it is measured in"""
    target_value: float
    """What the creator shall reach in each period"""
    start_date: date | UnsetType = UNSET
    """The first period is the one that contains this day"""
    end_date: date | None | UnsetType = UNSET
    """The last period is the one that contains this day; null: no end"""


class Config(Body, frozen=True, kw_only=True):
    """Where a channel leads: `url` and `event_types` of a webhook, `to` of e-mail, `webhook_url` of Slack. One of kind `nats` leads to `alerts.<org>.>` and has none of these."""

    url: str | UnsetType = UNSET
    """Canonical address of the post"""
    event_types: list[str] | UnsetType = UNSET
    to: list[str] | UnsetType = UNSET
    webhook_url: str | UnsetType = UNSET


class Quiet(Body, frozen=True, kw_only=True):
    """Hours in which messages wait, by the clock of the timezone (default: the organization's)."""

    start: str
    """A time of the day such as 22:00"""
    end: str
    """A time of the day such as 22:00"""
    timezone: str | None | UnsetType = UNSET
    """IANA name; days, weeks and months are cut in it"""
