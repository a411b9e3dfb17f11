"""The product's vocabulary for programs: entities with their fields and relations, enums, plan limits."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

from trackagoat.events.catalogue import campaigns, goals, ingest, notifications, plans, words, workspace
from trackagoat.gateway.resources.campaigns import Campaign
from trackagoat.gateway.resources.channels import Channel, Delivery, Rule
from trackagoat.gateway.resources.creators import Availability, Creator
from trackagoat.gateway.resources.events import Event
from trackagoat.gateway.resources.freshness import State
from trackagoat.gateway.resources.glossary import MEANINGS
from trackagoat.gateway.resources.goals import GoalDetail
from trackagoat.gateway.resources.jobs import JobStatus, JobTrigger
from trackagoat.gateway.resources.notifications import Alert, Notification
from trackagoat.gateway.resources.videos import Video
from trackagoat.gateway.resources.workspace import ApiKey, Org, Project


class Field(msgspec.Struct, frozen=True):
    """A field: its JSON type, whether it may be null, what it means."""

    type: str
    nullable: bool
    description: str


class Relation(msgspec.Struct, frozen=True):
    """How one entity points to others: the field, the entity, and how many of them."""

    field: str
    entity: str
    many: bool = False


class Entity(msgspec.Struct, frozen=True):
    """A kind of resource."""

    description: str
    fields: dict[str, Field]
    relations: list[Relation]


class Schema(msgspec.Struct, frozen=True):
    """Everything a program has to know first."""

    entities: dict[str, Entity]
    enums: dict[str, list[str]]
    limits: dict[str, dict[str, int | None]]


ENTITIES: Mapping[str, type[msgspec.Struct]] = {
    "org": Org,
    "project": Project,
    "creator": Creator,
    "video": Video,
    "campaign": Campaign,
    "goal": GoalDetail,
    "alert": Alert,
    "notification": Notification,
    "channel": Channel,
    "rule": Rule,
    "delivery": Delivery,
    "event": Event,
    "api_key": ApiKey,
}
_POINTERS = {
    "org_id": "org",
    "project_id": "project",
    "creator_id": "creator",
    "alert_id": "alert",
    "channel_id": "channel",
}
_ENUMS: Mapping[str, Any] = {
    "tier": workspace.Tier,
    "scope": words.Scope,
    "tracking_mode": words.TrackingMode,
    "tracking_status": words.TrackingStatus,
    "content_type": words.ContentType,
    "item_type": words.ItemType,
    "severity": words.Severity,
    "availability": Availability,
    "job_kind": ingest.JobKind,
    "job_status": JobStatus,
    "job_trigger": JobTrigger,
    "source_outcome": ingest.SourceOutcome,
    "freshness": State,
    "campaign_target_state": campaigns.TargetState,
    "goal_metric": goals.Metric,
    "goal_period": goals.Period,
    "compliance_status": goals.Status,
    "advisory_flag": goals.AdvisoryFlag,
    "alert_kind": notifications.AlertKind,
    "channel_kind": notifications.ChannelKind,
    "digest": notifications.Digest,
    "delivery_status": notifications.DeliveryStatus,
}


def schema() -> Schema:
    """The vocabulary."""
    return Schema(
        entities={name: _entity(kind) for name, kind in ENTITIES.items()},
        enums={name: list(typing.get_args(kind)) for name, kind in _ENUMS.items()},
        limits={key: dict(zip(plans.TIERS, values, strict=True)) for key, values in plans.TABLE.items()},
    )


def _entity(kind: type[msgspec.Struct]) -> Entity:
    fields = {field.encode_name: _field(field) for field in msgspec.structs.fields(kind)}
    relations = [Relation(name, entity) for name, entity in _POINTERS.items() if name in fields]
    if "parent_ids" in fields:
        relations.append(Relation("parent_ids", "campaign", many=True))
    return Entity(inspect.getdoc(kind) or "", fields, relations)


def _field(field: msgspec.structs.FieldInfo) -> Field:
    (shape,), _ = msgspec.json.schema_components([field.type], ref_template="{name}")
    options = shape.get("anyOf", [shape])
    kinds = [_kind(option) for option in options]
    named = [kind for kind in kinds if kind != "null"]
    return Field(" or ".join(dict.fromkeys(named)) or "null", "null" in kinds, MEANINGS[field.encode_name])


def _kind(shape: dict[str, Any]) -> str:
    if "enum" in shape:
        return "null" if shape["enum"] == [None] else "string"
    return str(shape.get("format") or shape.get("type") or "object")
