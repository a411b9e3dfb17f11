"""Settings of the gateway."""

from __future__ import annotations

from pydantic import Field, SecretStr

from trackagoat.events.host import settings as host


class Settings(host.Settings):
    """Where the API is and what it allows. Names are the environment variables in upper case."""

    http_port: int = 8080
    secret_key: SecretStr = Field(min_length=1)
    """32 random bytes in base64: signs cursors, and seals webhook secrets on their way to notifications."""
    base_url: str = "http://127.0.0.1:8080"
    """Where clients reach the API, without a path."""
    api_key_requests_per_minute: int = Field(default=60, ge=1)
