"""Notifications and alerts."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from trackagoat.events.catalogue.notifications import AlertKind, MarkRead
from trackagoat.events.catalogue.words import AlertId, Severity
from trackagoat.gateway import tenancy
from trackagoat.gateway.edge.answers import Answer, PageMeta
from trackagoat.gateway.edge.call import Call, ok
from trackagoat.gateway.edge.faults import ApiError
from trackagoat.gateway.reads import notifications
from trackagoat.gateway.registry import Nothing, Route
from trackagoat.gateway.resources.fields import Page
from trackagoat.gateway.resources.notifications import Alert, Notification, NotificationsMeta, alert, notification
from trackagoat.gateway.routes import examples

_KEPT = timedelta(days=90)


class ListNotifications(Page, frozen=True, kw_only=True):
    """The caller's notifications."""

    unread: bool = False
    kind: AlertKind | None = None
    severity: Severity | None = None
    project_id: UUID | None = None


class ListAlerts(Page, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Alerts of the organization; `open`: only those not cleared."""

    kind: AlertKind | None = None
    severity: Severity | None = None
    project_id: UUID | None = None
    open: bool = False
    from_: date | None = None
    to: date | None = None


async def list_notifications(call: Call[ListNotifications, None]) -> Answer[list[Notification]]:
    asked, since, reader = call.params, call.now - _KEPT, call.caller.reader
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    _, rows, unread = await asyncio.gather(
        tenancy.filters(call),
        notifications.notifications(
            call.db,
            call.org,
            reader,
            since,
            asked.unread,
            asked.kind,
            asked.severity,
            asked.project_id,
            at,
            after,
            asked.limit + 1,
        ),
        notifications.unread_count(call.db, call.org, reader, since),
    )
    page, meta = call.page(rows, lambda row: (row.created_at, row.alert))
    shown = [notification(row, call.settings.base_url) for row in page]
    return ok(shown, NotificationsMeta(meta.next_cursor, unread))


async def read_notification(call: Call[Nothing, None]) -> Answer[Notification]:
    before = await _one(call)
    await call.tell(MarkRead(alert=AlertId(before.alert), reader=call.caller.reader))
    return ok(notification(await _one(call), call.settings.base_url))


async def _one(call: Call[Any, Any]) -> notifications.NotificationRow:
    row = await notifications.notification(
        call.db, call.org, call.caller.reader, call.now - _KEPT, call.ids["notificationId"]
    )
    if row is None:
        raise ApiError("not_found")
    return row


async def list_alerts(call: Call[ListAlerts, None]) -> Answer[list[Alert]]:
    asked = call.params
    _, (start, end) = await asyncio.gather(tenancy.filters(call), tenancy.between(call, asked.from_, asked.to))
    at, after = call.after(tuple[datetime, UUID]) or (None, None)
    rows = await notifications.alerts(
        call.db,
        call.org,
        asked.kind,
        asked.severity,
        asked.project_id,
        asked.open,
        start,
        end,
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
        method="GET",
        path="/alerts",
        name="listAlerts",
        summary="Alerts of the organization, newest first",
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
