"""Sources: which of them an organization's readings come from, and the accounts that let them in.

Asked of ingest, and said by it.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from trackagoat.events.catalogue.words import Command, Event, OrgId, Refused


class SourcesEvent(Event, frozen=True, kw_only=True):
    """Said by ingest; no business of the org's subscribers."""

    speaker: ClassVar[str] = "ingest"
    public: ClassVar[bool] = False


class SourcesChosen(SourcesEvent, frozen=True, kw_only=True, tag="sources.chosen.v1"):
    """The sources asked for the org's jobs from now on, in their order, whole. None: those of the installation."""

    creator_profiles: list[str] | None = None
    discover_videos: list[str] | None = None
    video_stats: list[str] | None = None


DisconnectReason = Literal["revoked", "expired", "disconnected"]


def account_context(org: OrgId, source: str, tiktok_handle: str) -> str:
    """The context in which the tokens of an account are sealed; spelling in capitals makes no difference."""
    return f"source-account-{org}-{source}-{tiktok_handle.lower()}"


class AccountConnected(SourcesEvent, frozen=True, kw_only=True, tag="source.account_connected.v1"):
    """The owner of an account lets a source read it. `sealed_tokens` are JSON, sealed; the access token is good until
    `expires_at`, what renews it until `renewable_until`. `account` is what the provider calls it.
    """

    connection: UUID
    source: str
    tiktok_handle: str
    account: str
    scopes: list[str]
    sealed_tokens: str
    expires_at: datetime
    renewable_until: datetime


class AccountRenewed(SourcesEvent, frozen=True, kw_only=True, tag="source.account_renewed.v1"):
    """The tokens of a connection were replaced; the ones before may not work any more."""

    connection: UUID
    source: str
    tiktok_handle: str
    sealed_tokens: str
    expires_at: datetime
    renewable_until: datetime


class AccountDisconnected(SourcesEvent, frozen=True, kw_only=True, tag="source.account_disconnected.v1"):
    """The source may read the account no longer: its owner revoked that, it ran out, or the org ended it."""

    connection: UUID
    source: str
    tiktok_handle: str
    reason: DisconnectReason


AccountEvents = AccountConnected | AccountRenewed | AccountDisconnected
Events = SourcesChosen | AccountEvents


class SourcesCommand(Command, frozen=True, kw_only=True):
    """Asked of ingest."""

    service: ClassVar[str] = "ingest"


class ChooseSources(SourcesCommand, frozen=True, kw_only=True, tag="sources.choose"):
    """Ask these sources, in this order, for the org's jobs of one kind. None: those of the installation again."""

    kind: Literal["creator_profiles", "discover_videos", "video_stats"]
    sources: list[str] | None = None


class ConnectAccount(SourcesCommand, frozen=True, kw_only=True, tag="sources.connect_account"):
    """Let a source read an account with these tokens, in place of any before. `connection` is a new id."""

    connection: UUID
    source: str
    tiktok_handle: str
    account: str
    scopes: list[str]
    sealed_tokens: str
    expires_at: datetime
    renewable_until: datetime


class RenewAccount(SourcesCommand, frozen=True, kw_only=True, tag="sources.renew_account"):
    """Replace the tokens of a connection, if it still stands. Asked by ingest itself."""

    connection: UUID
    source: str
    tiktok_handle: str
    sealed_tokens: str
    expires_at: datetime
    renewable_until: datetime


class DisconnectAccount(SourcesCommand, frozen=True, kw_only=True, tag="sources.disconnect_account"):
    """Let the source read the account no longer. With `connection`, only if that one still stands."""

    source: str
    tiktok_handle: str
    connection: UUID | None = None
    reason: DisconnectReason = "disconnected"


class EndConnection(SourcesCommand, frozen=True, kw_only=True, tag="sources.end_connection"):
    """Let the source read that account no longer, whose it may be, if the connection still stands. Asked by ingest
    itself.
    """

    connection: UUID


AccountCommands = ConnectAccount | RenewAccount | DisconnectAccount | EndConnection
Commands = ChooseSources | AccountCommands


class UnknownSource(Refused):
    """That source is not configured on this installation."""


class NotConnected(Refused):
    """No account of that name is connected to that source."""
