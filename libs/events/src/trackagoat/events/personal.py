"""Personal fields: sealed with a key per subject, so that destroying one key erases a person wherever the bytes are.

A sealed field is text like any other, `sealed.v1.<subject>.<bytes>`. It is made before a command is decided and opened
where something is shown to people; deciders, ledgers, streams and read models in between never see through it.
The same text of the same subject seals to the same bytes (AES-SIV, RFC 5297), so decisions can compare it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from trackagoat.events.catalogue.words import INSTALLATION, OrgId
from trackagoat.events.effects import Write
from trackagoat.events.seal import seal, unseal
from trackagoat.events.sql import Tx, read, write

NO_ORG = INSTALLATION
"""The org of subjects that belong to several: users."""
MARK = b"sealed.v1."
_KEY_BITS = 512
_TOKEN = re.compile(rb'("?)sealed\.v1\.([0-9a-f-]{36})\.([A-Za-z0-9_-]+)("?)')


class Subject:
    """One person, as long as the key is there; then nothing of it can be sealed or opened any more."""

    def __init__(self, id: UUID, cipher: AESSIV | None) -> None:
        """Without a cipher the subject is erased."""
        self._id, self._cipher = id, cipher

    def seal(self, text: str | None) -> str | None:
        """The sealed form; None for what is unknown, and for anything about an erased subject."""
        if text is None or self._cipher is None:
            return None
        sealed = self._cipher.encrypt(text.encode(), [self._id.bytes])
        return f"{MARK.decode()}{self._id}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def open(self, sealed: bytes) -> str | None:
        """What the last part of a sealed field says; None when it cannot be known any more."""
        if self._cipher is None:
            return None
        try:
            raw = base64.urlsafe_b64decode(sealed + b"=" * (-len(sealed) % 4))
            return self._cipher.decrypt(raw, [self._id.bytes]).decode()
        except (InvalidTag, ValueError):
            return None


class KeyRow(msgspec.Struct, frozen=True):
    """A subject's key as it is stored; None when it was destroyed."""

    subject: UUID
    org: OrgId
    key: str | None


@read("SELECT subject, org, key FROM subject_keys WHERE subject = ANY ($1::uuid[])")
async def stored_keys(db: Tx, subjects: list[UUID]) -> list[KeyRow]:
    """The keys of these subjects, as far as they have one."""
    ...


@write(
    """
    INSERT INTO subject_keys AS k (subject, org, erased_at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    ON CONFLICT (subject) DO UPDATE SET key = NULL, erased_at = excluded.erased_at WHERE k.key IS NOT NULL
    """,
    key=("subject",),
)
def destroy(subject: UUID, org: OrgId, at: datetime) -> Write:
    """The subject's key is gone for good, and it never gets another one."""
    ...


_MAKE = """
INSERT INTO subject_keys (subject, org, key)
SELECT subject, $3, key FROM unnest($1::uuid[], $2::text[]) AS t(subject, key) ORDER BY subject
ON CONFLICT (subject) DO NOTHING
"""


class Vault:
    """The subjects of an installation, opened with its key."""

    def __init__(self, secret_key: str) -> None:
        """`secret_key` is 32 bytes in base64."""
        self._secret_key = secret_key
        self._cipher = lru_cache(maxsize=4096)(self._unsealed)

    async def subjects(self, tx: Tx, org: OrgId, ids: Iterable[UUID]) -> dict[UUID, Subject]:
        """These subjects of the org, those nobody has sealed anything of with a new key."""
        wanted = sorted(set(ids))
        rows = await stored_keys(tx, wanted)
        if fresh := sorted(set(wanted) - {row.subject for row in rows}):
            made = [seal(self._secret_key, AESSIV.generate_key(_KEY_BITS), _context(org, id)) for id in fresh]
            await tx.execute(_MAKE, fresh, made, org)
            rows = await stored_keys(tx, wanted)
        return self.opened(rows)

    def opened(self, rows: Iterable[KeyRow]) -> dict[UUID, Subject]:
        """The subjects behind stored keys."""
        return {row.subject: Subject(row.subject, self._cipher(row) if row.key else None) for row in rows}

    def _unsealed(self, row: KeyRow) -> AESSIV:
        return AESSIV(unseal(self._secret_key, row.key or "", _context(row.org, row.subject)))


def _context(org: OrgId, subject: UUID) -> str:
    return f"subject/{org}/{subject}"


def subjects_in(document: bytes) -> set[UUID]:
    """Whose sealed fields are in a JSON document."""
    if MARK not in document:
        return set()
    return {UUID(found[2].decode()) for found in _TOKEN.finditer(document) if _is_id(found[2])}


def reveal(document: bytes, subjects: Mapping[UUID, Subject]) -> bytes:
    """The JSON document with every sealed field in clear: null for what cannot be known any more."""
    if MARK not in document:
        return document
    return _TOKEN.sub(_revealing(subjects), document)


def _revealing(subjects: Mapping[UUID, Subject]) -> Callable[[re.Match[bytes]], bytes]:
    def clear(found: re.Match[bytes]) -> bytes:
        before, id, sealed, after = found.groups()
        subject = subjects.get(UUID(id.decode())) if _is_id(id) else None
        text = subject.open(sealed) if subject else None
        if before and after:
            return msgspec.json.encode(text)
        return before + msgspec.json.encode(text or "…")[1:-1] + after

    return clear


def _is_id(text: bytes) -> bool:
    try:
        UUID(text.decode())
    except ValueError:
        return False
    return True


def seen_by(org: OrgId, rows: Iterable[KeyRow]) -> Collection[KeyRow]:
    """Those keys with which something may be opened for that org: its own, and those of users."""
    return [row for row in rows if row.org in {org, NO_ORG}]
