"""Settings every service reads from its environment; a service adds its own by subclassing."""

from __future__ import annotations

import base64
import binascii

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_KEY_BYTES = 32


class Settings(BaseSettings):
    """Where things are. Names are the environment variables in upper case."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: SecretStr
    """PostgreSQL, as the service's own role; a pooler in transaction mode will do."""
    database_direct_url: SecretStr | None = None
    """The same without a pooler, for migrations; default: `database_url`."""
    nats_url: str = "nats://127.0.0.1:4222"
    """One server, or those of a cluster separated by commas."""
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    http_host: str = "127.0.0.1"
    http_port: int = 0
    """Health, readiness and metrics (the gateway: also the API). 0 takes a free port."""
    log_level: str = "info"
    secret_key: SecretStr = Field(default=SecretStr(""))
    """32 random bytes in base64; seals webhook secrets and provider tokens, signs cursors."""
    lease_seconds: float = 5.0
    grace_seconds: float = 10.0
    pool_size: int = 8


class Keyed(Settings):
    """Of services that seal, or show what was sealed: they do not start without the installation's key."""

    secret_key: SecretStr
    """32 random bytes in base64, the same for all services of an installation."""

    @field_validator("secret_key")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        try:
            long_enough = len(base64.b64decode(value.get_secret_value(), validate=True)) == _KEY_BYTES
        except binascii.Error:
            long_enough = False
        if not long_enough:
            message = "SECRET_KEY must be 32 bytes in base64, as `openssl rand -base64 32` makes them"
            raise ValueError(message)
        return value
