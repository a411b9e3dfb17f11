"""Sealing: secrets at rest, readable only with the installation's key.

AES-256-GCM with a random 96-bit nonce; the context (what the secret belongs to) is authenticated, so a sealed
value cannot be moved to another place.
"""

from __future__ import annotations

import base64
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def seal(key: str, plain: bytes, context: str) -> str:
    """The sealed form, base64. `key` is 32 bytes in base64."""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + AESGCM(base64.b64decode(key)).encrypt(nonce, plain, context.encode())).decode()


def unseal(key: str, sealed: str, context: str) -> bytes:
    """What was sealed. Raises cryptography's InvalidTag for another key, another context or altered bytes."""
    raw = base64.b64decode(sealed)
    return AESGCM(base64.b64decode(key)).decrypt(raw[:_NONCE], raw[_NONCE:], context.encode())
