"""PostgreSQL and NATS from packages: real servers without an installation."""

from trackagoat.embedded.errors import EmbeddedError
from trackagoat.embedded.nats import Nats, NatsUser
from trackagoat.embedded.postgres import Postgres

__all__ = ["EmbeddedError", "Nats", "NatsUser", "Postgres"]
