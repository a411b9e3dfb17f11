"""Settings of the gateway."""

from __future__ import annotations

from pydantic import Field

from trackagoat.events.host import settings as host


class Settings(host.Keyed):
    """Where the API is and what it allows. Names are the environment variables in upper case."""

    http_port: int = 8080
    base_url: str = "http://127.0.0.1:8080"
    """Where clients reach the API, without a path."""
    api_key_requests_per_minute: int = Field(default=60, ge=1)
