"""API keys: making and revoking them within the plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from trackagoat.events.catalogue.words import KeyId, NotFound, OrgId
from trackagoat.events.catalogue.workspace import (
    ApiKeyCreated,
    ApiKeyRevoked,
    CreateApiKey,
    LimitReached,
    OrgCreated,
    RevokeApiKey,
)
from trackagoat.events.testing.given import Given
from trackagoat.events.testing.vault import VAULT
from trackagoat.workspace.handlers import House, org_decider

org = org_decider(House(), VAULT)
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
ORG = OrgId(UUID(int=1))
A, B = KeyId(UUID(int=20)), KeyId(UUID(int=21))
CREATED = OrgCreated(org=ORG, name="Blue")
FREE = OrgCreated(org=ORG, name="Blue", tier="free")
KEY = ApiKeyCreated(key=A, name="ci", prefix="tga_01234567", digest="a" * 64, scopes=["read"])
REVOKED = ApiKeyRevoked(key=A, name="ci", prefix="tga_01234567", scopes=["read"])
ANOTHER = CreateApiKey(key=B, name="cd", prefix="tga_89abcdef", digest="b" * 64, scopes=["read", "write"], now=NOW)
MADE = ApiKeyCreated(key=B, name="cd", prefix="tga_89abcdef", digest="b" * 64, scopes=["read", "write"])


def test_a_key_is_made() -> None:
    Given(org, CREATED, KEY).when(ANOTHER).then(MADE)


def test_a_key_is_revoked_once() -> None:
    Given(org, CREATED, KEY).when(RevokeApiKey(key=A)).then(REVOKED)
    Given(org, CREATED, KEY, REVOKED).when(RevokeApiKey(key=A)).then()


def test_a_key_nobody_made_cannot_be_revoked() -> None:
    Given(org, CREATED).when(RevokeApiKey(key=A)).refused(NotFound)


def test_the_plan_counts_keys_that_work() -> None:
    Given(org, FREE, KEY).when(ANOTHER).refused(LimitReached, limitKey="max_api_keys_per_org", current=1, max=1)
    Given(org, FREE, KEY, REVOKED).when(ANOTHER).then(MADE)


def test_an_expired_key_frees_its_slot_at_its_instant() -> None:
    def expiring(at: datetime) -> ApiKeyCreated:
        return ApiKeyCreated(key=A, name="ci", prefix="tga_0", digest="a", scopes=["read"], expires_at=at)

    Given(org, FREE, expiring(NOW)).when(ANOTHER).then(MADE)
    Given(org, FREE, expiring(NOW + timedelta(microseconds=1))).when(ANOTHER).refused(LimitReached)
