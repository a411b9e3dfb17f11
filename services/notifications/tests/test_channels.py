"""Channels: opening, closing and disabling them; who has read what."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from trackagoat.events.catalogue.notifications import (
    AlertRead,
    BuiltinChannel,
    ChannelCreated,
    ChannelDeleted,
    ChannelDisabled,
    CreateChannel,
    DeleteChannel,
    DisableChannel,
    ForbiddenTarget,
    IncompleteChannel,
    MarkRead,
)
from trackagoat.events.catalogue.words import AlertId, ChannelId, NotFound, OrgId
from trackagoat.events.testing.given import Given
from trackagoat.notifications.domain.channels import Reach, built_in
from trackagoat.notifications.domain.targets import Targets
from trackagoat.notifications.handlers import connecting, reading

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
HOOK, ALERT = ChannelId(UUID(int=1)), AlertId(UUID(int=2))
BELL = built_in(OrgId(UUID(int=3)))
channels = connecting(Reach())
OPEN = CreateChannel(channel=HOOK, kind="webhook", name="Ops", url="https://hooks.example/a", sealed_secret="s")
OPENED = ChannelCreated(channel=HOOK, kind="webhook", name="Ops", url="https://hooks.example/a", sealed_secret="s")
RANG = ChannelCreated(channel=BELL.channel, kind="in_app", name="In the app")


def test_a_webhook_is_opened() -> None:
    Given(channels, RANG).when(OPEN).then(OPENED)


def test_a_webhook_needs_a_url_and_a_secret() -> None:
    lame = CreateChannel(channel=HOOK, kind="webhook", name="Ops", url="https://hooks.example/a")
    Given(channels).when(lame).refused(IncompleteChannel)
    Given(channels).when(CreateChannel(channel=HOOK, kind="webhook", name="Ops", sealed_secret="s")).refused(
        IncompleteChannel
    )


def test_a_webhook_to_a_place_that_is_not_public_is_refused() -> None:
    inward = CreateChannel(channel=HOOK, kind="webhook", name="Ops", url="https://127.0.0.1/", sealed_secret="s")
    Given(channels).when(inward).refused(ForbiddenTarget, reason="127.0.0.1 is not a public https address")
    allowed = connecting(Reach(Targets.of(["127.0.0.0/8"])))
    Given(allowed).when(inward).then(
        ChannelCreated(channel=HOOK, kind="webhook", name="Ops", url="https://127.0.0.1/", sealed_secret="s")
    )


def test_the_bell_is_built_in_once_and_cannot_be_deleted() -> None:
    Given(channels).when(BELL).then(RANG)
    second = CreateChannel(channel=HOOK, kind="in_app", name="Another")
    Given(channels, RANG).when(second).refused(BuiltinChannel)
    Given(channels, RANG).when(DeleteChannel(channel=BELL.channel)).refused(BuiltinChannel)


def test_a_deleted_channel_is_gone() -> None:
    Given(channels, OPENED).when(DeleteChannel(channel=HOOK)).then(ChannelDeleted(channel=HOOK))
    Given(channels, OPENED, ChannelDeleted(channel=HOOK)).when(DeleteChannel(channel=HOOK)).refused(NotFound)


@pytest.mark.parametrize("since", [None, NOW])
def test_a_channel_is_disabled_once(since: datetime | None) -> None:
    disabled = ChannelDisabled(channel=HOOK, reason="gone", since=since)
    Given(channels, OPENED).when(DisableChannel(channel=HOOK, reason="gone", since=since)).then(disabled)
    Given(channels, OPENED, disabled).when(DisableChannel(channel=HOOK, reason="failing")).then()
    Given(channels).when(DisableChannel(channel=HOOK, reason="gone")).then()


def test_an_alert_is_read_once_by_each_reader() -> None:
    ana, ben = UUID(int=10), UUID(int=11)
    seen = AlertRead(alert=ALERT, reader=ana)
    Given(reading).when(MarkRead(alert=ALERT, reader=ana, known=True)).then(seen)
    Given(reading, seen).when(MarkRead(alert=ALERT, reader=ana, known=True)).then()
    Given(reading, seen).when(MarkRead(alert=ALERT, reader=ben, known=True)).then(AlertRead(alert=ALERT, reader=ben))


def test_an_alert_of_another_org_cannot_be_read() -> None:
    Given(reading).when(MarkRead(alert=ALERT, reader=UUID(int=10))).refused(NotFound)
