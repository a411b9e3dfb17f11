"""Settings every service reads from its environment; a service adds its own by subclassing."""

from __future__ import annotations

import base64
import binascii
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from trackagoat.events import tracing
from trackagoat.events.catalogue import plans

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
    """Where things are. Names are the environment variables in upper case; `<NAME>_FILE` names a file instead.

    What stands below a setting is told to those who set it: in docs/settings.md, and when it is missing or wrong.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    database_url: SecretStr
    """PostgreSQL, as the service's own role; a pooler in transaction mode will do."""
    database_direct_url: SecretStr | None = None
    """The same without a pooler, for migrations; default: `database_url`."""
    workspace_database_url: SecretStr | None = None
    """PostgreSQL of workspace, as the role of the service that reads there, where it is not the service's own."""
    ingest_database_url: SecretStr | None = None
    """The same of ingest."""
    campaigns_database_url: SecretStr | None = None
    """The same of campaigns."""
    goals_database_url: SecretStr | None = None
    """The same of goals."""
    notifications_database_url: SecretStr | None = None
    """The same of notifications."""
    nats_url: str = "nats://127.0.0.1:4222"
    """One server, or those of a cluster separated by commas."""
    nats_user: str | None = None
    """The service's own user there."""
    nats_password: SecretStr | None = None
    """That user's password."""
    http_host: str = "127.0.0.1"
    """The address `http_port` is opened on; `0.0.0.0` is every one of the machine."""
    http_port: int = 0
    """Health, readiness and metrics (the gateway: also the API). 0 takes a free port."""
    log_level: str = "info"
    """The least that is logged: `debug`, `info`, `warning` or `error`."""
    secret_key: SecretStr = Field(default=SecretStr(""))
    """32 random bytes in base64; seals webhook secrets and provider tokens, signs cursors."""
    lease_seconds: float = 5.0
    """How long a process that died keeps what it held, before another replica takes over."""
    grace_seconds: float = 10.0
    """How long requests that were begun may take when the service is told to stop."""
    pool_size: int = 8
    """Connections to PostgreSQL at most, for each process."""
    statement_cache_size: int = Field(default=100, ge=0)
    """Prepared statements kept by each connection; 0 behind a pooler in transaction mode that knows none."""
    tiers: Annotated[plans.Changes, NoDecode] = {}
    """What plans allow otherwise than the built-in table, as JSON: `{"starter": {"max_creators_per_org": 80}}`; null is
    unlimited. The same for every service, and read when it starts; `TIERS_FILE` names a file."""
    otel_exporter_otlp_endpoint: str | None = None
    """Where traces go, as `http://collector:4318` (OTLP over HTTP); needs the extra `trackagoat-events[otel]`."""
    otel_traces_sampler_arg: float = Field(default=1.0, ge=0, le=1)
    """The share of requests that are traced."""

    @field_validator("tiers", mode="before")
    @classmethod
    def _is_policy(cls, value: Any) -> Any:
        return plans.policy(value or "{}") if isinstance(value, str) else value

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _can_trace(cls, value: str | None) -> str | None:
        if value and not tracing.is_installed():
            message = "OpenTelemetry is not installed; install trackagoat-events[otel], or do not set it"
            raise ValueError(message)
        return value or None

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
            message = "must be 32 bytes in base64, as `openssl rand -base64 32` makes them"
            raise ValueError(message)
        return value


class Fault(NamedTuple):
    """Why a service cannot start with what it was told."""

    variable: str
    """Empty when several are at fault together; the message names them."""
    message: str
    remedy: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{f'{self.variable}: ' if self.variable else ''}{self.message}. {self.remedy}"


def faults(settings_type: type[Settings], **given: str) -> list[Fault]:
    """What is missing or wrong in the environment; `given` comes before it. Values are not repeated."""
    try:
        settings_type(**given)  # type: ignore[arg-type]  # texts, as the environment has them
    except SettingsError as error:
        variable, _, message = str(error).partition(": ")
        return [Fault(variable, message, "Name a file that this user may read, or set the value itself")]
    except ValidationError as error:
        told = [_fault(settings_type, fault) for fault in error.errors()]
        variables = dict.fromkeys(fault.variable for fault in told)
        return [_one([fault for fault in told if fault.variable == variable]) for variable in variables]
    return []


def _one(found: list[Fault]) -> Fault:
    """What is wrong with one variable, where there was more than one way to be right."""
    return found[0]._replace(message="; ".join(dict.fromkeys(fault.message for fault in found)))


def _fault(settings_type: type[Settings], fault: Any) -> Fault:
    variable = ".".join(map(str, fault["loc"][:1])).upper()
    if not variable:
        return Fault("", str(fault["ctx"]["error"]), "Correct what is named there")
    meaning = " ".join((settings_type.model_fields[variable.lower()].description or "").split())
    if fault["type"] == "missing":
        return Fault(variable, "is not set", f"Set it, or {variable}_FILE to a file that holds it: {meaning}")
    message = str(fault["ctx"]["error"]) if fault["type"] == "value_error" else fault["msg"]
    return Fault(variable, message, f"It is: {meaning}")


def told(settings_type: type[S]) -> S:
    """The settings, or an end with a line for each that is missing or wrong."""
    if found := faults(settings_type):
        sys.stderr.writelines(f"{fault}\n" for fault in found)
        sys.exit(2)
    return settings_type()
