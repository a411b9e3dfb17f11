"""The passwords of one installation, made at its first start."""

from __future__ import annotations

import base64
import secrets

import msgspec

from trackagoat.cli.folder import StateFolder
from trackagoat.events.host.provision import SCHEMAS

NATS_USERS = (*SCHEMAS, "operator")
KEY_BYTES = 32


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Passwords of PostgreSQL's roles and of NATS' users, and the key that seals stored secrets (32 bytes, base64)."""

    roles: dict[str, str] = {}
    nats: dict[str, str] = {}
    secret_key: str


def credentials(folder: StateFolder) -> Credentials:
    """Those of this installation, completed where something is new. Raises BrokenState."""
    known = folder.read("secrets.json", Credentials)
    if known is None:
        if (folder.path / "postgres" / "data").exists():
            reason = "secrets.json is missing though there is data, and what is sealed in it could never be opened again"
            raise folder.broken(reason)
        known = Credentials(secret_key=base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    complete = Credentials(
        roles={name: known.roles.get(name) or password() for name in SCHEMAS},
        nats={name: known.nats.get(name) or password() for name in NATS_USERS},
        secret_key=known.secret_key,
    )
    if complete != known:
        folder.write("secrets.json", complete)
    return complete


def password() -> str:
    """A fresh one that needs no quoting anywhere."""
    return secrets.token_hex(24)
