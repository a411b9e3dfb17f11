"""PostgreSQL and NATS from packages: real servers without an installation."""

from trackagoat.embedded.errors import BrokenFolder, EmbeddedError, MissingBinary, PortTaken
from trackagoat.embedded.nats import Guests, Nats, NatsUser, Share
from trackagoat.embedded.postgres import Postgres

__all__ = [
    "BrokenFolder",
    "EmbeddedError",
    "Guests",
    "MissingBinary",
    "Nats",
    "NatsUser",
    "PortTaken",
    "Postgres",
    "Share",
]
