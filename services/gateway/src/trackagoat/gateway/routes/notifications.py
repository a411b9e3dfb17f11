"""Notifications and alerts."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.events.catalogue.notifications import AlertKind, MarkAllRead, MarkRead
from trackagoat.events.catalogue.words import AlertId, Severity
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads.notifications import alerts
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Body, Moment, Page
from trackagoat.gateway.resources.notifications import (
    Alert,
    Notification,
    NotificationsMeta,
    ReadAll,
    alert,
    notification,
)
from trackagoat.gateway.routes import examples

_KEPT = timedelta(days=90)


class ListNotifications(Page, frozen=True, kw_only=True):
    """The caller's notifications."""

    unread: bool = False
    kind: AlertKind | None = None
    severity: Severity | None = None
    project_id: UUID | None = None


class ReadAllWanted(Body, frozen=True, kw_only=True):
    """Up to when everything is read; now unless told."""

    before: Moment | UnsetType = UNSET


class ListAlerts(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Alerts of the organization; `open`: only those not cleared."""

    kind: AlertKind | None = None
    severity: Severity | None = None
    project_id: UUID | None = None
    open: bool = False
    from_: date | None = None
    to: date | None = None


async def list_notifications(call: Call[ListNotifications, None]) -> Answer[list[Notification]]:
    asked, since, (reader, admin) = call.params, call.now - _KEPT, _reader(call)
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    _, rows, unread = await asyncio.gather(
        tenancy.filters(call),
        alerts.notifications(
            call.db,
            call.org,
            reader,
            since,
            admin,
            asked.unread,
            asked.kind,
            asked.severity,
            asked.project_id,
            at,
            after,
            asked.limit + 1,
        ),
        alerts.unread_count(call.db, call.org, reader, since, admin, call.now),
    )
    page, meta = call.page(rows, lambda row: (row.created_at, row.alert))
    shown = [notification(row, call.settings.base_url) for row in page]
    return ok(shown, NotificationsMeta(meta.next_cursor, unread))


async def read_notification(call: Call[Nothing, None]) -> Answer[Notification]:
    before, (reader, _) = await _one(call), _reader(call)
    await call.tell(MarkRead(alert=AlertId(before.alert), reader=reader))
    return ok(notification(await _one(call), call.settings.base_url))


async def _one(call: Call[Any, Any]) -> alerts.NotificationRow:
    reader, admin = _reader(call)
    row = await alerts.notification(call.db, call.org, reader, call.now - _KEPT, admin, call.ids["notificationId"])
    if row is None:
        raise ApiError("not_found")
    return row


async def read_all(call: Call[Nothing, ReadAllWanted | None]) -> Answer[ReadAll]:
    sent = call.body.before if call.body is not None else UNSET
    before = call.now if sent is UNSET else min(sent, call.now)
    reader, admin = _reader(call)
    unread = await alerts.unread_count(call.db, call.org, reader, call.now - _KEPT, admin, before)
    await call.tell(MarkAllRead(reader=reader, before=before))
    return ok(ReadAll(unread))


def _reader(call: Call[Any, Any]) -> tuple[UUID, bool]:
    """Whose notifications these are, and whether that is an admin."""
    return call.caller.reader, call.caller.role == "admin"


async def list_alerts(call: Call[ListAlerts, None]) -> Answer[list[Alert]]:
    asked = call.params
    _, (start, end) = await asyncio.gather(tenancy.filters(call), tenancy.between(call, asked.from_, asked.to))
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await alerts.alerts(
        call.db,
        call.org,
        asked.kind,
        asked.severity,
        asked.project_id,
        asked.open,
        start,
        end,
        *_reader(call),
        at,
        after,
        asked.limit + 1,
    )
    page, meta = call.page(rows, lambda row: (row.created_at, row.alert))
    return ok([alert(row, call.settings.base_url) for row in page], meta)


ROUTES = (
    Route(
        method="GET",
        path="/notifications",
        name="listNotifications",
        summary="The caller's notifications, newest first",
        scope="read",
        tag="Notifications",
        handler=list_notifications,
        params=ListNotifications,
        answer=list[Notification],
        meta=NotificationsMeta,
        errors=("not_found",),
        example=[examples.NOTIFICATION],
    ),
    Route(
        method="POST",
        path="/notifications/{notificationId}/read",
        name="readNotification",
        summary="Note that a notification was read",
        scope="write",
        tag="Notifications",
        handler=read_notification,
        answer=Notification,
        example=examples.NOTIFICATION,
    ),
    Route(
        method="POST",
        path="/notifications/read-all",
        name="readAllNotifications",
        summary="Note that every notification until then was read",
        scope="write",
        tag="Notifications",
        handler=read_all,
        body=ReadAllWanted,
        body_optional=True,
        body_example={"before": "2026-03-10T08:00:00Z"},
        answer=ReadAll,
        example=ReadAll(3),
    ),
    Route(
        method="GET",
        path="/alerts",
        name="listAlerts",
        summary="Alerts of the organization that are for the caller, newest first",
        scope="read",
        tag="Notifications",
        handler=list_alerts,
        params=ListAlerts,
        answer=list[Alert],
        meta=PageMeta,
        errors=("not_found",),
        example=[examples.ALERT],
    ),
)
