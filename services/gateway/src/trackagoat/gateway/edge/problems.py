"""Problems: errors as RFC 9457 has them, for callers that ask for `application/problem+json`."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from trackagoat.gateway.edge.faults import SENTENCES, ApiError


def problem(error: ApiError, request_id: str) -> bytes:
    """The error as a problem document; what else goes with the code stands beside it under the same names."""
    told = {
        "type": f"urn:trackagoat:problem:{error.code}",
        "title": SENTENCES.get(error.code) or HTTPStatus(error.status).phrase,
        "status": error.status,
        "detail": error.message,
        "instance": f"urn:trackagoat:request:{request_id}",
        "code": error.code,
    }
    return msgspec.json.encode(error.meta | told)
