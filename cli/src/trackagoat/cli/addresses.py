"""Addresses: where PostgreSQL and NATS are, and as whom a service reaches them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

from trackagoat.cli.credentials import Credentials
from trackagoat.events.host.provision import role

OURS = {
    *("DATABASE_URL", "DATABASE_DIRECT_URL", "NATS_URL", "NATS_USER", "NATS_PASSWORD"),
    *("HTTP_HOST", "HTTP_PORT", "BASE_URL", "SECRET_KEY"),
}
"""What a service is told by us; all else it finds in its environment passes through."""


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """`database` is the operator's way to it, `direct` the same without a pooler; `nats` has no user in it.

    A NATS of somebody else's has its own users: then all of us are the one its URL named (`guest`).
    """

    database: str
    direct: str
    nats: str
    guest: tuple[str, str] | None = None
    own_nats: bool = True

    def role_dsn(self, service: str, credentials: Credentials, *, direct: bool = False) -> str:
        """The database as a service's role."""
        return with_user(self.direct if direct else self.database, role(service), credentials.roles[service])

    def nats_login(self, user: str, credentials: Credentials) -> tuple[str | None, str | None]:
        """User and password on NATS."""
        if self.own_nats:
            return user, credentials.nats[user]
        return self.guest or (None, None)

    @property
    def outside_nats(self) -> str:
        """NATS as somebody else gave it to us."""
        return with_user(self.nats, *self.guest) if self.guest else self.nats


def outside() -> tuple[str | None, str | None, str | None]:
    """What the environment names instead of the embedded servers: the database, the same directly, and NATS."""
    database = os.environ.get("DATABASE_URL") or None
    return database, os.environ.get("DATABASE_DIRECT_URL") or database, os.environ.get("NATS_URL") or None


def environment(
    service: str, addresses: Addresses, credentials: Credentials, *, port: int, api: str
) -> Mapping[str, str]:
    """The environment a service's process starts with."""
    user, password = addresses.nats_login(service, credentials)
    told = {
        "DATABASE_URL": addresses.role_dsn(service, credentials),
        "DATABASE_DIRECT_URL": addresses.role_dsn(service, credentials, direct=True),
        "NATS_URL": addresses.nats,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_PORT": str(port),
        "BASE_URL": api,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or credentials.secret_key,
    }
    told |= {"NATS_USER": user, "NATS_PASSWORD": password} if user is not None and password is not None else {}
    return {name: value for name, value in os.environ.items() if name not in OURS} | told


def with_user(url: str, user: str, password: str) -> str:
    """The URL with another user in it."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}"))


def without_user(url: str) -> tuple[str, tuple[str, str] | None]:
    """The URL without its user, and that user with the password."""
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    return urlunsplit(parts._replace(netloc=place)), (unquote(name), unquote(password)) if user else None


def shown(url: str) -> str:
    """The URL as it may be shown: without a password."""
    return without_user(url)[0]
