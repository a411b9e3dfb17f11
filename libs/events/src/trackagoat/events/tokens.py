"""Tokens and look-ups that follow from the installation's key: nothing of them has to be stored in clear.

A token is an HMAC over a nonce: whoever has the key can make it again (to mail it), whoever has only the database
cannot. E-mail addresses are looked up by a keyed hash, so that a stolen table names nobody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID


def token(key: str, purpose: str, nonce: UUID) -> str:
    """256 bits nobody can guess, in 43 characters safe for a URL; the same for the same key, purpose and nonce."""
    raw = hmac.digest(_derived(key, f"token {purpose}"), nonce.bytes, "sha256")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def digest(secret: str) -> str:
    """What is stored of a token or key: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def email_hash(key: str, email: str) -> str:
    """What an address is looked up by, in hex: the same however its letters are cased."""
    return hmac.digest(_derived(key, "e-mail"), email.strip().lower().encode(), "sha256").hex()


def _derived(key: str, purpose: str) -> bytes:
    """A key for one purpose; `key` is the installation's, 32 bytes in base64."""
    return hmac.digest(base64.b64decode(key), f"trackagoat {purpose}".encode(), "sha256")
