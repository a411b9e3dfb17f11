"""The registry: a route as a value, the single source of handlers, OpenAPI and isolation tests."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Needs = Literal["read", "write", "open"]
Role = Literal["member", "admin"]

BASE = "/api/v1"
_PATH_PARAMETER = re.compile(r"\{(\w+)\}")


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters at all."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the API.

    `params` describes the query string, `body` the JSON body (None: no body is looked at); when `bulk` is given
    and the body has its first field, the body is that instead. `answer` is the type of `data`, `meta` that of
    `meta`; `errors` are the codes particular to the call. `example` is an example of `data`, `body_example` of
    the body. `raw` answers stand outside the envelope; `csv`: the call can answer with CSV instead; `uncounted` calls
    leave the daily quota as it is; `stream`: frames as they come, for as long as the caller likes. `session`: keys are
    refused, only a person who signed in may make the call. `role`: what the caller, or the owner of its key, has to be
    in the organization.
    """

    method: Method
    path: str
    name: str
    summary: str
    scope: Needs
    tag: str
    handler: Callable[[Any], Awaitable[Any]]
    answer: Any
    example: Any
    params: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    bulk: type[msgspec.Struct] | None = None
    bulk_answer: Any = None
    body_optional: bool = False
    body_example: Any = None
    meta: type[msgspec.Struct] | None = None
    statuses: tuple[int, ...] = (200,)
    errors: tuple[str, ...] = ()
    raw: bool = False
    csv: bool = False
    uncounted: bool = False
    session: bool = False
    role: Role = "member"
    stream: bool = False

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """Names of the ids in the path, in order."""
        return tuple(_PATH_PARAMETER.findall(self.path))

    @property
    def key(self) -> str:
        """Method and path template: what cursors are bound to."""
        return f"{self.method} {self.path}"

    @property
    def repeatable(self) -> bool:
        """Whether an Idempotency-Key makes a repeated call answer what the first one did."""
        return self.method == "POST" and self.scope != "open" and not self.path.startswith("/auth/")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every `meta.code` this call may answer with."""
        return tuple(dict.fromkeys(self._edge_codes() + self.errors))

    def _edge_codes(self) -> tuple[str, ...]:
        codes: tuple[str, ...] = ("invalid_query",)
        if self.path_parameters:
            codes += ("invalid_params", "not_found")
        if self.body is not None:
            codes += ("invalid_body", "payload_too_large", "unsupported_media_type")
        if self.scope != "open":
            codes += ("invalid_api_key", "invalid_session", "insufficient_scope", "banned")
        if self.scope == "write":
            codes += ("csrf_failed",)
        if self.role == "admin":
            codes += ("insufficient_role",)
        if self.repeatable:
            codes += ("idempotency_conflict", "idempotency_in_progress")
        if self.method in {"PATCH", "DELETE"}:
            codes += ("precondition_failed",)
        if self.scope == "write":
            codes += ("write_conflict",)
        return (*codes, "rate_limit_exceeded", "internal_error", "unavailable")
