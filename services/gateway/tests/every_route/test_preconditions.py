"""If-Match on every route that changes or deletes one thing: another state is refused, the present one is not."""

from __future__ import annotations

from typing import Any

import msgspec

from trackagoat.gateway.edge.answers import etag
from trackagoat.gateway.routes import ROUTES
from trackagoat.gateway.routes.account import examples
from trackagoat.gateway.routes.examples import LATER

CHANGES = [
    *(route for route in ROUTES if route.method == "PATCH"),
    *reversed([route for route in ROUTES if route.method == "DELETE"]),
]
"""Changes first, then what is deleted, from the inside out."""

FOREIGN = '"AAAAAAAAAAAAAAAA"'


async def other_session(ana: Any) -> dict[str, str]:
    (session,) = [one for one in (await ana.get("/auth/sessions"))["data"] if not one["is_current"]]
    return {"sessionId": session["id"]}


async def test_only_the_state_the_caller_knows_is_changed(
    register: Any, sign_in: Any, furnish: Any, calls: Any
) -> None:
    ana = await register("ana")
    await sign_in("ana")
    ids = await furnish(ana) | await other_session(ana)
    for route in CHANGES:
        path, body = calls.path_of(route, ids), calls.asked(route, ids)
        response = await ana.call(route.method, path, body, headers={"If-Match": FOREIGN})
        answer = await response.json()
        assert (response.status, answer["meta"]["code"]) == (412, "precondition_failed"), route
        known = {"If-Match": f"{FOREIGN}, {answer['meta']['etag']}"}
        response = await ana.call(route.method, path, body, headers=known)
        assert response.status == 200, (route, await response.json())


def test_being_seen_is_no_other_state() -> None:
    replace = msgspec.structs.replace
    assert etag(replace(examples.MEMBER, last_seen_at=None)) == etag(replace(examples.MEMBER, last_seen_at=LATER))
    assert etag(replace(examples.MEMBER, role="member")) != etag(replace(examples.MEMBER, role="admin"))
