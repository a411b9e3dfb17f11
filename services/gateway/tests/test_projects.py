"""Projects over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import uuid4


async def test_a_project_is_opened_read_changed_and_taken_away(api: Any) -> None:
    made = (await api.post("/projects", {"name": "  Spring ", "readme": "Notes", "metadata": {"a": 1, "b": {"c": 2}}}))[
        "data"
    ]
    assert made["name"] == "Spring"
    assert made["description"] == made["readme"] == "Notes"
    assert made["counts"] == {"creators": 0, "videos": 0, "campaigns": 0, "goals": 0, "pending_review": 0}
    path = f"/projects/{made['id']}"
    assert (await api.get(path))["data"] == made
    changed = (await api.patch(path, {"description": None, "metadata": {"a": None, "d": 3}}))["data"]
    assert changed["readme"] is None
    assert changed["metadata"] == {"b": {"c": 2}, "d": 3}
    assert (await api.delete(path))["data"] == {"id": made["id"], "deleted": True}
    assert await api.refused("GET", path) == (404, "not_found")


async def test_every_page_of_a_walk_shows_every_project_once_newest_first(api: Any) -> None:
    made = [await api.project(f"P{n}") for n in range(7)]
    seen, cursor = [], None
    while True:
        answer = await api.get("/projects", limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [one["id"] for one in answer["data"]]
        cursor = answer["meta"]["nextCursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


async def test_projects_are_found_by_a_part_of_their_name(api: Any) -> None:
    await api.project("Spring 100%")
    await api.project("Autumn")
    answer = await api.get("/projects", search="G 100%")
    assert [one["name"] for one in answer["data"]] == ["Spring 100%"]


async def test_a_cursor_of_other_filters_is_refused(api: Any) -> None:
    for n in range(3):
        await api.project(f"P{n}")
    cursor = (await api.get("/projects", limit=1))["meta"]["nextCursor"]
    assert await api.refused("GET", "/projects", params={"search": "P", "cursor": cursor}) == (400, "invalid_query")
    assert await api.refused("GET", "/projects", params={"cursor": cursor[:-2] + "xx"}) == (400, "invalid_query")


async def test_if_match_lets_only_the_known_state_be_changed(api: Any) -> None:
    path = f"/projects/{await api.project()}"
    response = await api.call("GET", path)
    etag = response.headers["ETag"]
    response = await api.call("PATCH", path, {"name": "Summer"}, headers={"If-Match": etag})
    assert response.status == 200
    assert response.headers["ETag"] != etag
    response = await api.call("DELETE", path, headers={"If-Match": etag})
    assert response.status == 412
    answer = await response.json()
    assert answer["meta"]["etag"] == (await api.call("GET", path)).headers["ETag"]


async def test_a_project_that_never_was_is_not_found(api: Any) -> None:
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        assert await api.refused(method, f"/projects/{uuid4()}", body) == (404, "not_found")
