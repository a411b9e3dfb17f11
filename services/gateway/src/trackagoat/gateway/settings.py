"""Settings of the gateway."""

from __future__ import annotations

import base64
import binascii

from pydantic import Field, SecretStr, field_validator

from trackagoat.events.host import settings as host

_KEY_BYTES = 32


class Settings(host.Settings):
    """Where the API is and what it allows. Names are the environment variables in upper case."""

    http_port: int = 8080
    secret_key: SecretStr
    """32 random bytes in base64: signs cursors, and seals webhook secrets on their way to notifications."""
    base_url: str = "http://127.0.0.1:8080"
    """Where clients reach the API, without a path."""
    api_key_requests_per_minute: int = Field(default=60, ge=1)

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
