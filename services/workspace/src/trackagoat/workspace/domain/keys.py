"""Decisions about API keys."""

from __future__ import annotations

from trackagoat.events.catalogue.words import KeyId
from trackagoat.events.catalogue.workspace import (
    ApiKeyCreated,
    ApiKeyRenamed,
    ApiKeyRevoked,
    CreateApiKey,
    KeyCommands,
    KeyEvents,
    RenameApiKey,
    RevokeApiKey,
)
from trackagoat.workspace.domain.plans import take
from trackagoat.workspace.domain.state import Key, Org


def decide(command: KeyCommands, org: Org) -> list[KeyEvents]:
    """What becomes of a key. Raises NotFound and LimitReached."""
    match command:
        case CreateApiKey():
            return _create(command, org)
        case RenameApiKey(key=id, name=name):
            return [] if org.key(id).name == name else [ApiKeyRenamed(key=id, name=name)]
        case RevokeApiKey(key=id):
            key = org.key(id)
            return [] if key.revoked else [revoked(id, key)]


def revoked(id: KeyId, key: Key) -> ApiKeyRevoked:
    """The end of a key."""
    return ApiKeyRevoked(key=id, name=key.name, prefix=key.prefix, scopes=key.scopes)


def _create(command: CreateApiKey, org: Org) -> list[KeyEvents]:
    if command.key in org.keys:
        return []
    if command.owner is not None:
        org.role(command.owner)
    take(org.tier, "max_api_keys_per_org", sum(key.works(command.now) for key in org.keys.values()))
    return [
        ApiKeyCreated(
            key=command.key,
            name=command.name,
            prefix=command.prefix,
            digest=command.digest,
            scopes=command.scopes,
            expires_at=command.expires_at,
            owner=command.owner,
        )
    ]
