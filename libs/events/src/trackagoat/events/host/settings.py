"""Settings every service reads from its environment; a service adds its own by subclassing."""

from __future__ import annotations

import base64
import binascii
import os
import sys
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

_KEY_BYTES = 32
S = TypeVar("S", bound="Settings")


class Files(PydanticBaseSettingsSource):
    """Of a setting that is not in the environment: what stands in the file that `<NAME>_FILE` names there.

    That is how secrets are handed to containers. The line's end that editors leave is not part of it.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - theirs
        """(text or None, name, whether it is to be decoded)."""
        name = field_name.upper()
        path = os.environ.get(f"{name}_FILE")
        if path is None or name in os.environ:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").removesuffix("\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            message = f"{name}_FILE: {path} cannot be read: {error}"
            raise SettingsError(message) from error

    def __call__(self) -> dict[str, Any]:
        """Of every setting that has a file."""
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: text for name, text in found.items() if text is not None}


class Settings(BaseSettings):
    """Where things are. Names are the environment variables in upper case; `<NAME>_FILE` names a file instead."""

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

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *sources: PydanticBaseSettingsSource, **named: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the files it names."""
        return (*sources, *named.values(), Files(settings_cls))


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


def told(settings_type: type[S]) -> S:
    """The settings, or an end with a line for each that is missing or wrong; values are not repeated."""
    try:
        return settings_type()
    except SettingsError as error:
        sys.exit(str(error))
    except ValidationError as error:
        for fault in error.errors():
            sys.stderr.write(f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}\n")
        sys.exit(2)
