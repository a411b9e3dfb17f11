"""What goes wrong with a call: the API's refusals with their codes, and an API that is not there."""

from __future__ import annotations

from typing import Any, ClassVar


class TrackagoatError(Exception):
    """A call did not succeed."""


class Unreachable(TrackagoatError):
    """No answer: the connection failed or took too long. Whether the call was carried out is not known."""


class ApiError(TrackagoatError):
    """The API refused. Branch on `code`, or catch the code's own class in `trackagoat.client.codes`.

    `meta` is what goes with the code, `details` lists every fault of a call that was not valid, `retry_after` is in
    seconds, `request_id` is what to quote to the operator.
    """

    CODE: ClassVar[str] = ""

    def __init__(  # noqa: PLR0913 - what an answer says
        self,
        status: int,
        code: str,
        message: str,
        *,
        meta: dict[str, Any] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Keep what the answer said."""
        self.status, self.code, self.message = status, code, message
        self.meta, self.request_id, self.retry_after = meta or {}, request_id, retry_after
        super().__init__(f"{status} {code}: {message}")

    @property
    def details(self) -> list[dict[str, Any]]:
        """Every fault of the call: `in`, `path` and `message`."""
        details: list[dict[str, Any]] = self.meta.get("details", [])
        return details
