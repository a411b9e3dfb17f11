"""Refusals, a class per code. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from trackagoat.client.errors import ApiError


class InvalidQuery(ApiError):
    """The query parameters are not valid (400)."""

    CODE = "invalid_query"


class InvalidBody(ApiError):
    """The request body is not valid (400)."""

    CODE = "invalid_body"


class InvalidParams(ApiError):
    """The path or the headers are not valid (400)."""

    CODE = "invalid_params"


class InvalidApiKey(ApiError):
    """Invalid or missing API key (401)."""

    CODE = "invalid_api_key"


class InvalidSession(ApiError):
    """The session has ended; sign in again (401)."""

    CODE = "invalid_session"


class InvalidCredentials(ApiError):
    """Wrong e-mail or password (401)."""

    CODE = "invalid_credentials"


class LimitReached(ApiError):
    """Limit reached (402)."""

    CODE = "limit_reached"


class RetentionExceeded(ApiError):
    """Retention exceeded (402)."""

    CODE = "retention_exceeded"


class InsufficientScope(ApiError):
    """Insufficient scope (403)."""

    CODE = "insufficient_scope"


class InsufficientRole(ApiError):
    """Only an admin of the organization may do this (403)."""

    CODE = "insufficient_role"


class CsrfFailed(ApiError):
    """X-CSRF-Token is missing or not this session's, or the page is of another site (403)."""

    CODE = "csrf_failed"


class Banned(ApiError):
    """The operator of this installation has banned that account or organization (403)."""

    CODE = "banned"


class RegistrationClosed(ApiError):
    """Registration closed (403)."""

    CODE = "registration_closed"


class EmailMismatch(ApiError):
    """Email mismatch (403)."""

    CODE = "email_mismatch"


class NotFound(ApiError):
    """Not found (404)."""

    CODE = "not_found"


class MethodNotAllowed(ApiError):
    """That method is not allowed here (405)."""

    CODE = "method_not_allowed"


class HandleTaken(ApiError):
    """Handle taken (409)."""

    CODE = "handle_taken"


class CreatorBanned(ApiError):
    """Creator banned (409)."""

    CODE = "creator_banned"


class InvalidHandle(ApiError):
    """Invalid handle (409)."""

    CODE = "invalid_handle"


class NoChange(ApiError):
    """No change (409)."""

    CODE = "no_change"


class CreatorInactive(ApiError):
    """Creator inactive (409)."""

    CODE = "creator_inactive"


class TrackingDisabled(ApiError):
    """Tracking disabled (409)."""

    CODE = "tracking_disabled"


class DuplicateVideo(ApiError):
    """Duplicate video (409)."""

    CODE = "duplicate_video"


class DuplicateItem(ApiError):
    """Duplicate item (409)."""

    CODE = "duplicate_item"


class CircularReference(ApiError):
    """Circular reference (409)."""

    CODE = "circular_reference"


class ProjectMismatch(ApiError):
    """Project mismatch (409)."""

    CODE = "project_mismatch"


class GoalOverlap(ApiError):
    """Goal overlap (409)."""

    CODE = "goal_overlap"


class EmailTaken(ApiError):
    """Email taken (409)."""

    CODE = "email_taken"


class AlreadyMember(ApiError):
    """Already member (409)."""

    CODE = "already_member"


class AlreadyInvited(ApiError):
    """Already invited (409)."""

    CODE = "already_invited"


class InvitationUsed(ApiError):
    """Invitation used (409)."""

    CODE = "invitation_used"


class LastAdmin(ApiError):
    """Last admin (409)."""

    CODE = "last_admin"


class AnnotationReadOnly(ApiError):
    """Annotation read only (409)."""

    CODE = "annotation_read_only"


class BuiltinChannel(ApiError):
    """Builtin channel (409)."""

    CODE = "builtin_channel"


class ChannelDisabled(ApiError):
    """The channel is switched off; switch it on first (409)."""

    CODE = "channel_disabled"


class IdempotencyConflict(ApiError):
    """That Idempotency-Key was used for another call or another body (409)."""

    CODE = "idempotency_conflict"


class IdempotencyInProgress(ApiError):
    """The first call with that Idempotency-Key is still running (409)."""

    CODE = "idempotency_in_progress"


class WriteConflict(ApiError):
    """Others changed this at the same moment; try again (409)."""

    CODE = "write_conflict"


class EmailNotConfigured(ApiError):
    """Email not configured (409)."""

    CODE = "email_not_configured"


class Gone(ApiError):
    """This route was removed (410)."""

    CODE = "gone"


class InvitationExpired(ApiError):
    """Invitation expired (410)."""

    CODE = "invitation_expired"


class TokenExpired(ApiError):
    """Token expired (410)."""

    CODE = "token_expired"


class PositionExpired(ApiError):
    """Events of that position are not kept any more; begin with the oldest (410)."""

    CODE = "position_expired"


class PreconditionFailed(ApiError):
    """The resource has changed since; If-Match does not hold (412)."""

    CODE = "precondition_failed"


class PayloadTooLarge(ApiError):
    """The request body is larger than 1 MiB (413)."""

    CODE = "payload_too_large"


class UnsupportedMediaType(ApiError):
    """The request body must be application/json (415)."""

    CODE = "unsupported_media_type"


class RateLimitExceeded(ApiError):
    """Too many requests; slow down (429)."""

    CODE = "rate_limit_exceeded"


class InternalError(ApiError):
    """Something went wrong on our side (500)."""

    CODE = "internal_error"


class Unavailable(ApiError):
    """A part of the service does not answer; try again shortly (503)."""

    CODE = "unavailable"


BY_CODE: dict[str, type[ApiError]] = {
    "invalid_query": InvalidQuery,
    "invalid_body": InvalidBody,
    "invalid_params": InvalidParams,
    "invalid_api_key": InvalidApiKey,
    "invalid_session": InvalidSession,
    "invalid_credentials": InvalidCredentials,
    "limit_reached": LimitReached,
    "retention_exceeded": RetentionExceeded,
    "insufficient_scope": InsufficientScope,
    "insufficient_role": InsufficientRole,
    "csrf_failed": CsrfFailed,
    "banned": Banned,
    "registration_closed": RegistrationClosed,
    "email_mismatch": EmailMismatch,
    "not_found": NotFound,
    "method_not_allowed": MethodNotAllowed,
    "handle_taken": HandleTaken,
    "creator_banned": CreatorBanned,
    "invalid_handle": InvalidHandle,
    "no_change": NoChange,
    "creator_inactive": CreatorInactive,
    "tracking_disabled": TrackingDisabled,
    "duplicate_video": DuplicateVideo,
    "duplicate_item": DuplicateItem,
    "circular_reference": CircularReference,
    "project_mismatch": ProjectMismatch,
    "goal_overlap": GoalOverlap,
    "email_taken": EmailTaken,
    "already_member": AlreadyMember,
    "already_invited": AlreadyInvited,
    "invitation_used": InvitationUsed,
    "last_admin": LastAdmin,
    "annotation_read_only": AnnotationReadOnly,
    "builtin_channel": BuiltinChannel,
    "channel_disabled": ChannelDisabled,
    "idempotency_conflict": IdempotencyConflict,
    "idempotency_in_progress": IdempotencyInProgress,
    "write_conflict": WriteConflict,
    "email_not_configured": EmailNotConfigured,
    "gone": Gone,
    "invitation_expired": InvitationExpired,
    "token_expired": TokenExpired,
    "position_expired": PositionExpired,
    "precondition_failed": PreconditionFailed,
    "payload_too_large": PayloadTooLarge,
    "unsupported_media_type": UnsupportedMediaType,
    "rate_limit_exceeded": RateLimitExceeded,
    "internal_error": InternalError,
    "unavailable": Unavailable,
}
