"""If-Match on every route that changes or deletes one thing: another state is refused, the present one is not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest

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


def renamed(n: int) -> dict[str, Any]:
    return {"name": f"Name {n}"}


CHANGED: dict[str, Callable[[int], dict[str, Any]]] = {
    "changeRole": lambda n: {"role": ("admin", "member")[n % 2]},
    "updateCreator": lambda n: {"readme": f"Text {n}"},
    "updateVideo": lambda n: {"readme": f"Text {n}"},
    "updateGoal": lambda n: {"target_value": n + 10},
    "updateAnnotation": lambda n: {"label": f"Label {n}"},
}
"""The n-th change of a resource, each another one; the name where none is said."""


async def tag(ana: Any, path: str) -> str:
    """The present ETag, told to whoever names another one."""
    response = await ana.call("DELETE", path, DELETING.get(path.split("/")[1]), headers={"If-Match": FOREIGN})
    return str((await response.json())["meta"]["etag"])


DELETING = {"orgs": {"confirm_name": "?"}, "auth": {"password": "correct horse battery"}}


@pytest.mark.parametrize("nth", [1, 2])
async def test_what_changes_between_looking_and_deciding_is_seen(
    register: Any, furnish: Any, calls: Any, nth: int
) -> None:
    """Somebody else is faster while the nth command of a call under If-Match is on its way."""
    ana = await register("ana")
    ids, world, count = await furnish(ana), ana.world, iter(range(1_000))
    decided = world.ask
    deletable = {route.path for route in ROUTES if route.method == "DELETE"}
    for route in (route for route in ROUTES if route.method == "PATCH" and route.path in deletable):
        path, change = calls.path_of(route, ids), CHANGED.get(route.name, renamed)
        for method, body in (("PATCH", change(next(count))), ("DELETE", DELETING.get(path.split("/")[1]))):
            sent = iter(range(1, 100))

            async def overtaken(ask: Any, commands: Any, *, timeout: float = 5.0, **loop: Any) -> Any:
                if next(loop["sent"]) == nth:
                    world.ask = decided
                    await ana.patch(loop["path"], loop["other"])
                return await decided(ask, commands, timeout=timeout)

            before = {"If-Match": await tag(ana, path)}
            world.ask = partial(overtaken, sent=sent, path=path, other=change(next(count)))
            answer = await ana.refused(method, path, body, headers=before)
            assert answer == (412, "precondition_failed"), (route.key, method)
            assert world.ask is decided, route.key


@pytest.mark.parametrize("kind", ["projectId", "creatorId"])
async def test_of_twenty_who_know_the_same_state_one_changes_it(register: Any, furnish: Any, kind: str) -> None:
    ana = await register("ana")
    path = f"/{kind[:-2]}s/{(await furnish(ana))[kind]}"
    known = {"If-Match": await tag(ana, path)}
    changes = [ana.call("PATCH", path, {"readme": f"Text {n}"}, headers=known) for n in range(20)]
    answers = await asyncio.gather(*changes)
    assert sorted(answer.status for answer in answers) == [200] + [412] * 19
    (won,) = [answer for answer in answers if answer.status == 200]
    assert (await won.json())["data"]["readme"] == (await ana.get(path))["data"]["readme"]
