"""API keys: access for programs. A key acts for its owner, in one org.

These shapes are the stored bytes. Add fields with defaults; never rename, never remove.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from trackagoat.events.catalogue.words import KeyId, Scope, UserId
from trackagoat.events.catalogue.workspace.speaker import WorkspaceCommand, WorkspaceEvent


class ApiKeyCreated(WorkspaceEvent, frozen=True, kw_only=True, tag="api_key.created.v1"):
    """A key was made. `digest` is the SHA-256 of the key in hex; the key itself is never stored.

    `owner` is whom it acts for; None: the operator made it on the command line, and it may do what an admin may.
    """

    key: KeyId
    name: str
    prefix: str
    digest: str
    scopes: list[Scope]
    expires_at: datetime | None = None
    owner: UserId | None = None


class ApiKeyRenamed(WorkspaceEvent, frozen=True, kw_only=True, tag="api_key.renamed.v1"):
    """People call the key something else."""

    public: ClassVar[bool] = False

    key: KeyId
    name: str


class ApiKeyRevoked(WorkspaceEvent, frozen=True, kw_only=True, tag="api_key.revoked.v1"):
    """The key is refused from now on."""

    key: KeyId
    name: str
    prefix: str
    scopes: list[Scope]


KeyEvents = ApiKeyCreated | ApiKeyRenamed | ApiKeyRevoked


class CreateApiKey(WorkspaceCommand, frozen=True, kw_only=True, tag="api_key.create"):
    """Register a key made by the caller; only its digest travels. `now` is completed by the service."""

    key: KeyId
    name: str
    prefix: str
    digest: str
    scopes: list[Scope]
    expires_at: datetime | None = None
    now: datetime | None = None
    owner: UserId | None = None


class RenameApiKey(WorkspaceCommand, frozen=True, kw_only=True, tag="api_key.rename"):
    """Call the key something else."""

    key: KeyId
    name: str


class RevokeApiKey(WorkspaceCommand, frozen=True, kw_only=True, tag="api_key.revoke"):
    """End a key."""

    key: KeyId


KeyCommands = CreateApiKey | RenameApiKey | RevokeApiKey
