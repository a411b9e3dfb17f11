"""Settings of the gateway."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from trackagoat.events.host import settings as host


class Settings(host.Keyed):
    """Where the API is and what it allows. Names are the environment variables in upper case."""

    http_port: int = 8080
    """The API, and beside it health, readiness and metrics."""
    base_url: str = "http://127.0.0.1:8080"
    """Where clients reach the API, without a path."""
    api_key_requests_per_minute: int = Field(default=60, ge=1)
    """How many calls an API key may make in a minute, over all replicas."""
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Addresses or networks of proxies, separated by commas, whose X-Forwarded-For is believed."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins whose pages may call the API from a browser, separated by commas; `*` is every one."""

    @field_validator("trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [one.strip() for one in value.split(",") if one.strip()] if isinstance(value, str) else value
