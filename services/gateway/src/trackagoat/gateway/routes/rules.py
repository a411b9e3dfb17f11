"""Alert rules: which alerts go to which channels, and when."""

from __future__ import annotations

import asyncio
import zoneinfo
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import AlertKind, DeleteRule, Digest, QuietHours, SetRule
from trackagoat.events.catalogue.words import ChannelId, ProjectId, Severity
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, Deleted, PageMeta
from trackagoat.gateway.edge.call import Call, created, deleted, ok
from trackagoat.gateway.edge.decoding import FieldError
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads.notifications import channels
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.channels import Rule, rule
from trackagoat.gateway.resources.fields import Body, Name, Page, given, something
from trackagoat.gateway.routes import examples

Hour = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="A time of the day such as 22:00")]
Ids = Annotated[list[UUID], Meta(max_length=100)]
Kinds = Annotated[list[AlertKind], Meta(min_length=1, max_length=100)]
_STORED = {"project_ids": "projects", "channel_ids": "channels"}


class Quiet(Body, frozen=True, kw_only=True):
    """Hours in which messages wait, by the clock of the timezone (default: the organization's)."""

    start: Hour
    end: Hour
    timezone: Annotated[str, Meta(max_length=64)] | None = None

    def __post_init__(self) -> None:
        """Two different times, in a timezone there is."""
        if self.start == self.end:
            raise FieldError("end", "The same as start")
        if self.timezone is not None and self.timezone not in zoneinfo.available_timezones():
            raise FieldError("timezone", "Not a timezone of the IANA database, such as Europe/Berlin")


class RuleWanted(Body, frozen=True, kw_only=True):
    """A rule to make. Null lists mean all."""

    name: Name
    channel_ids: Ids
    project_ids: Ids | None = None
    kinds: Kinds | None = None
    min_severity: Severity = "info"
    digest: Digest = "immediate"
    quiet_hours: Quiet | None = None
    is_active: bool = True


class RuleChange(Body, frozen=True, kw_only=True):
    """What to change of a rule; what is not named stays."""

    name: Name | UnsetType = UNSET
    channel_ids: Ids | UnsetType = UNSET
    project_ids: Ids | UnsetType | None = UNSET
    kinds: Kinds | UnsetType | None = UNSET
    min_severity: Severity | UnsetType = UNSET
    digest: Digest | UnsetType = UNSET
    quiet_hours: Quiet | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Something has to change."""
        something(self)


async def list_rules(call: Call[Page, None]) -> Answer[list[Rule]]:
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await channels.rules(call.db, call.org, at, after, call.params.limit + 1)
    page, meta = call.page(rows, lambda row: (row.created_at, row.rule))
    return ok([rule(row) for row in page], meta)


async def get_rule(call: Call[Nothing, None]) -> Answer[Rule]:
    return ok(rule(await _one(call, call.ids["ruleId"])))


async def create_rule(call: Call[Nothing, RuleWanted]) -> Answer[Rule]:
    await _ours(call, call.body.project_ids or ())
    id = clock.new_id()
    outcome = await call.tell(msgspec.structs.replace(_command(call.body, id), fresh=True))
    return created(rule(await _one(call, UUID(outcome.events[0]["rule"]))))


async def change_rule(call: Call[Nothing, RuleChange]) -> Answer[Rule]:
    row = await _one(call, call.ids["ruleId"])
    call.unchanged(rule(row))
    await _ours(call, given(call.body.project_ids) or ())
    named = [name for name in call.body.__struct_fields__ if getattr(call.body, name) is not UNSET]
    command = msgspec.structs.replace(_command(call.body, row.rule), only=[_STORED.get(n, n) for n in named])
    await call.tell(command)
    return ok(rule(await _one(call, row.rule)))


async def delete_rule(call: Call[Nothing, None]) -> Answer[Deleted]:
    row = await _one(call, call.ids["ruleId"])
    call.unchanged(rule(row))
    await call.tell(DeleteRule(rule=row.rule))
    return deleted(row.rule)


def _command(body: RuleWanted | RuleChange, id: UUID) -> SetRule:
    """The rule as the body has it; fields not sent stand at their defaults."""
    projects, quiet = given(body.project_ids), given(body.quiet_hours)
    return SetRule(
        rule=id,
        name=given(body.name, "").strip(),
        projects=None if projects is None else [ProjectId(one) for one in projects],
        kinds=given(body.kinds),
        min_severity=given(body.min_severity, "info"),
        channels=[ChannelId(one) for one in given(body.channel_ids, [])],
        digest=given(body.digest, "immediate"),
        quiet_hours=None if quiet is None else QuietHours(quiet.start, quiet.end, quiet.timezone),
        is_active=given(body.is_active, otherwise=True),
    )


async def _ours(call: Call[Any, Any], projects: list[UUID] | tuple[()]) -> None:
    """Raise a 404 for a project that is not the org's."""
    await asyncio.gather(*(tenancy.project(call, one) for one in projects))


async def _one(call: Call[Any, Any], id: UUID) -> channels.RuleRow:
    row = await channels.rule(call.db, call.org, id)
    if row is None:
        raise ApiError("not_found")
    return row


_BODY = {
    "name": "Goals to Ops",
    "channel_ids": [str(examples.id_of(9))],
    "kinds": ["goal_at_risk", "goal_missed"],
    "quiet_hours": {"start": "22:00", "end": "07:00", "timezone": "Europe/Berlin"},
}
ROUTES = (
    Route(
        method="GET",
        path="/alert-rules",
        name="listRules",
        summary="Alert rules of the organization, newest first",
        scope="read",
        tag="Notifications",
        handler=list_rules,
        params=Page,
        answer=list[Rule],
        meta=PageMeta,
        example=[examples.RULE],
    ),
    Route(
        method="GET",
        path="/alert-rules/{ruleId}",
        name="getRule",
        summary="One alert rule",
        scope="read",
        tag="Notifications",
        handler=get_rule,
        answer=Rule,
        example=examples.RULE,
    ),
    Route(
        method="POST",
        path="/alert-rules",
        name="createRule",
        summary="Say which alerts go to which channels from now on",
        scope="write",
        role="admin",
        tag="Notifications",
        handler=create_rule,
        body=RuleWanted,
        body_example=_BODY,
        answer=Rule,
        example=examples.RULE,
        statuses=(201,),
        errors=("not_found",),
    ),
    Route(
        method="PATCH",
        path="/alert-rules/{ruleId}",
        name="changeRule",
        summary="Change an alert rule",
        scope="write",
        role="admin",
        tag="Notifications",
        handler=change_rule,
        body=RuleChange,
        body_example={"digest": "daily"},
        answer=Rule,
        example=examples.RULE,
    ),
    Route(
        method="DELETE",
        path="/alert-rules/{ruleId}",
        name="deleteRule",
        summary="Take an alert rule away",
        scope="write",
        role="admin",
        tag="Notifications",
        handler=delete_rule,
        answer=Deleted,
        example=Deleted(str(examples.id_of(12))),
    ),
)
