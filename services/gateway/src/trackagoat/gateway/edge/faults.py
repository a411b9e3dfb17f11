"""What can be wrong with a call: codes, their HTTP statuses, and the sentences people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from trackagoat.events.catalogue.words import Json
from trackagoat.events.decider import Refusal

STATUS: Mapping[str, int] = {
    "invalid_query": 400,
    "invalid_body": 400,
    "invalid_params": 400,
    "invalid_api_key": 401,
    "invalid_session": 401,
    "invalid_credentials": 401,
    "limit_reached": 402,
    "retention_exceeded": 402,
    "insufficient_scope": 403,
    "insufficient_role": 403,
    "csrf_failed": 403,
    "banned": 403,
    "registration_closed": 403,
    "email_mismatch": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "handle_taken": 409,
    "creator_banned": 409,
    "invalid_handle": 409,
    "no_change": 409,
    "creator_inactive": 409,
    "tracking_disabled": 409,
    "duplicate_video": 409,
    "duplicate_item": 409,
    "circular_reference": 409,
    "project_mismatch": 409,
    "goal_overlap": 409,
    "email_taken": 409,
    "already_member": 409,
    "already_invited": 409,
    "invitation_used": 409,
    "last_admin": 409,
    "annotation_read_only": 409,
    "builtin_channel": 409,
    "channel_disabled": 409,
    "idempotency_conflict": 409,
    "idempotency_in_progress": 409,
    "write_conflict": 409,
    "email_not_configured": 409,
    "gone": 410,
    "invitation_expired": 410,
    "token_expired": 410,
    "position_expired": 410,
    "precondition_failed": 412,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "rate_limit_exceeded": 429,
    "internal_error": 500,
    "unavailable": 503,
}
"""The one table from code to HTTP status."""

SENTENCES: Mapping[str, str] = {
    "invalid_query": "The query parameters are not valid",
    "invalid_body": "The request body is not valid",
    "invalid_params": "The path or the headers are not valid",
    "invalid_api_key": "Invalid or missing API key",
    "invalid_session": "The session has ended; sign in again",
    "invalid_credentials": "Wrong e-mail or password",
    "insufficient_role": "Only an admin of the organization may do this",
    "csrf_failed": "X-CSRF-Token is missing or not this session's, or the page is of another site",
    "banned": "The operator of this installation has banned that account or organization",
    "not_found": "Not found",
    "method_not_allowed": "That method is not allowed here",
    "idempotency_conflict": "That Idempotency-Key was used for another call or another body",
    "idempotency_in_progress": "The first call with that Idempotency-Key is still running",
    "write_conflict": "Others changed this at the same moment; try again",
    "gone": "This route was removed",
    "position_expired": "Events of that position are not kept any more; begin with the oldest",
    "channel_disabled": "The channel is switched off; switch it on first",
    "precondition_failed": "The resource has changed since; If-Match does not hold",
    "payload_too_large": "The request body is larger than 1 MiB",
    "unsupported_media_type": "The request body must be application/json",
    "rate_limit_exceeded": "Too many requests; slow down",
    "internal_error": "Something went wrong on our side",
    "unavailable": "A part of the service does not answer; try again shortly",
}

BARE = frozenset({"handle_taken", "creator_banned", "invalid_handle", "no_change"})
"""Codes whose `error` is the code itself."""

_REFUSED_AS = {"refused": "write_conflict", "switched_off": "channel_disabled"}
_FIELDS = {"invalid_timezone": "timezone", "name_not_confirmed": "confirm_name"}
"""Refusals that find fault with one field of the body."""


class Fault(msgspec.Struct, frozen=True, rename={"in_": "in"}):
    """One fault of a call, named as exactly as possible (`creators[3].tiktok_handle`)."""

    in_: Literal["query", "body", "path", "header"]
    path: str
    message: str


class ApiError(Exception):
    """A call that ends in an error answer: `code` decides the status, `meta` is what goes with it."""

    def __init__(
        self, code: str, message: str | None = None, *, headers: Mapping[str, str] | None = None, **meta: Json
    ) -> None:
        """Keep the code, the sentence (the code's own unless given), headers and camelCase meta."""
        self.code = code
        self.message = code if code in BARE else message or SENTENCES.get(code, code)
        self.headers = dict(headers or {})
        self.meta: dict[str, Any] = meta
        super().__init__(f"{code}: {self.message}")

    @property
    def status(self) -> int:
        """The HTTP status; a code a service invents is a conflict until it has its row in the table."""
        return STATUS.get(self.code, 409)


def faulty(code: str, faults: Sequence[Fault]) -> ApiError:
    """A 400 that lists every fault."""
    return ApiError(code, details=[msgspec.to_builtins(fault) for fault in faults])


def invalid_body(path: str, message: str) -> ApiError:
    """A 400 for one fault of the body."""
    return faulty("invalid_body", [Fault("body", path, message)])


def invalid_query(path: str, message: str) -> ApiError:
    """A 400 for one fault of the query string."""
    return faulty("invalid_query", [Fault("query", path, message)])


def refused(refusal: Refusal) -> ApiError:
    """The error answer for a service's refusal."""
    if refusal.code in _FIELDS:
        return invalid_body(_FIELDS[refusal.code], refusal.message)
    code = _REFUSED_AS.get(refusal.code, refusal.code)
    details = {camel(k): v for k, v in refusal.details.items()}
    wait = details.get("retryAfter")
    headers = None if wait is None else {"Retry-After": str(wait)}
    return ApiError(code, refusal.message.rstrip("."), headers=headers, **details)


def camel(name: str) -> str:
    """`video_id` as members of `meta` are written: `videoId`."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
