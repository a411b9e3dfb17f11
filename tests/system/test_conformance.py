"""Generated calls against the running house: none is an error of ours, and every answer is what the document says.

About 300 calls by default. The long form is
`TRACKAGOAT_GENERATED_CALLS=20000 ./goat test tests/system/test_conformance.py -rP`; it also tells what never went well.
`TRACKAGOAT_GENERATED_SEED` makes up others.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CALLS = int(os.environ.get("TRACKAGOAT_GENERATED_CALLS", "300"))
SEED = int(os.environ.get("TRACKAGOAT_GENERATED_SEED", "0"))
PER_ROUND = 2
STEPS = 12
CHECKS: Any = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/events/stream"
LONGEST_URL = 8000
"""Longer ones are refused by the HTTP parser, before there is an API."""
PASSWORD = "correct horse battery"
ORG = "An org"
ENDS = ("POST /auth/logout", "POST /auth/password", "DELETE /auth/me", "DELETE /orgs/{orgId}")
"""Each of these is the last a session does, by turns."""
LATE = ("DELETE /projects/{projectId}", "POST /projects/{projectId}/creators/bulk-remove")
"""After these less is left to call about."""

pytestmark = [
    pytest.mark.timeout(180 + CALLS),
    # the house throws dice in its own thread while calls are made up in another, which looks like unsteady dice
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),
]


class Caller(NamedTuple):
    """Somebody who calls, and one of most things to call about, by the name of its path parameter."""

    headers: Mapping[str, str]
    ids: Mapping[str, str]
    email: str


class Generated:
    """Calls made up from the document, one after the other, for as long as some are left."""

    def __init__(self, base: str, document: dict[str, Any], open_org: Callable[[], tuple[str, str]]) -> None:
        """`open_org` makes a new organization; its id and a key of it."""
        document["servers"] = [{"url": base}]
        del document["paths"][ENDLESS]
        self.schema = schemathesis.openapi.from_dict(document)
        self.schema.config.generation.update(with_security_parameters=False)
        self.base, self.open_org = base, open_org
        self.session, self.statuses = requests.Session(), Counter[int]()
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.faults: dict[str, str] = {}
        self.asked: set[str] = set()
        self.went_well: set[str] = set()

    @property
    def made(self) -> int:
        return self.statuses.total()

    def all(self) -> None:
        """Calls one by one for about two thirds of their number, then calls that follow from answers."""
        rounds = SEED
        while self.made < CALLS * 2 // 3:
            self._singly(rounds)
            rounds += 1
        while self.made < CALLS:
            self._following(rounds)
            rounds += 1

    def call(self, case: Any, caller: Caller) -> Any:
        headers = {**caller.headers, **_address(self.made)}
        response = case.call(base_url=self.base, session=self.session, headers=headers, timeout=30)
        self.statuses[response.status_code] += 1
        self.asked.add(case.operation.label)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            self.went_well.add(case.operation.label)
        return response

    def check(self, case: Any, response: Any) -> None:
        """Note what is wrong with an answer, once per operation and status."""
        if len(response.request.url) > LONGEST_URL:
            return
        try:
            case.validate_response(response, checks=CHECKS)
        except BaseExceptionGroup as group:
            told = "\n".join(str(one) for one in group.exceptions)
            self.faults.setdefault(f"{case.operation.label} {response.status_code}", told)

    def _singly(self, number: int) -> None:
        """A few odd and a few proper calls of every operation, every other time about something that exists."""
        found: Any = self.schema.get_all_operations()
        caller = self._caller(number)
        mode = GenerationMode.NEGATIVE if number % 3 == 2 else GenerationMode.POSITIVE
        for operation in sorted((one.ok() for one in found), key=lambda one: _place(one, number)):

            @seed(number)
            @_bounded(PER_ROUND if number > SEED else 1)
            @given(case=operation.as_strategy(generation_mode=mode))
            def attempt(case: Any) -> None:
                if number % 2 == 0:
                    _ask_about(case, caller, whole=mode is GenerationMode.POSITIVE)
                self.check(case, self.call(case, caller))

            if self.made < CALLS:
                with contextlib.suppress(Unsatisfiable):  # nothing about such a call can be wrong
                    attempt()

    def _following(self, number: int) -> None:
        """By a key alone: a person soon signs out."""
        ours, caller = self, self._caller(0)

        class Machine(self.schema.as_state_machine()):  # type: ignore[misc]  # made when it runs
            def call(self, case: Any, **_: Any) -> Any:
                return ours.call(case, caller)

            def validate_response(self, response: Any, case: Any, **_: Any) -> None:
                ours.check(case, response)

        seed(number)(Machine)
        steps = max(min((CALLS - self.made) // STEPS, 20), 1)
        with contextlib.suppress(Flaky):  # what is there depends on the calls before; the round ends, its answers count
            Machine.run(settings=_bounded(steps, stateful_step_count=STEPS))

    def _caller(self, number: int) -> Caller:
        """By turns the key of a new organization, and somebody who has just registered; with things to call about."""
        email = f"somebody-{number}@example.com"
        if number // 2 % 2 == 0:
            org, key = self.open_org()
            headers = {"Authorization": f"Bearer {key}"}
            return Caller(headers, _furnished(self._doing(headers)) | self._job(headers) | {"orgId": org}, email)
        body = {"email": email, "password": PASSWORD, "name": "Somebody", "org_name": ORG}
        answer = self.session.post(f"{self.base}/auth/register", json=body, headers=_address(number), timeout=30)
        assert answer.status_code == HTTPStatus.CREATED, answer.text
        told = answer.json()["data"]
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        headers = {"Cookie": cookie, "X-CSRF-Token": told["csrf_token"]}
        ids = {"orgId": told["org"]["id"], "userId": told["user"]["id"]}
        return Caller(headers, _furnished(self._doing(headers)) | self._job(headers) | ids, email)

    def _job(self, headers: Mapping[str, str]) -> dict[str, str]:
        answer = self.session.get(f"{self.base}/scrape-jobs", headers=headers, timeout=30)
        return {"jobId": str(answer.json()["data"][0]["id"])}

    def _doing(self, headers: Mapping[str, str]) -> Callable[[str, Any], str]:
        def do(path: str, body: Any) -> str:
            answer = self.session.post(f"{self.base}{path}", json=body, headers=headers, timeout=30)
            assert answer.ok, (path, answer.text)
            return str(answer.json()["data"]["id"])

        return do


def _place(operation: Any, number: int) -> tuple[int, bool, bool]:
    """Calls after which less is left come last."""
    label = operation.label
    end = (ENDS.index(label) + number // 4) % len(ENDS) if label in ENDS else -1
    return end, label in LATE, operation.method.upper() == "DELETE"


def _address(number: int) -> dict[str, str]:
    """Open calls are counted by address: a new one for every few."""
    return {"X-Forwarded-For": f"10.{number >> 12 & 255}.{number >> 4 & 255}.1"}


def _ask_about(case: Any, caller: Caller, *, whole: bool) -> None:
    """Let the call speak of what is there; `whole`: in its query and body, too."""
    case.path_parameters = {name: caller.ids.get(name, id) for name, id in case.path_parameters.items()}
    if not whole:
        return
    case.query = _about(case.query, caller)
    if case.operation.label == "GET /analytics":
        case.query = {
            "entity": "project",
            "entity_id": caller.ids["projectId"],
            "metric": case.query.get("metric", "views"),
        }
    if isinstance(case.body, dict):
        case.body = _about(case.body, caller)
        if case.operation.label == "POST /auth/login":
            case.body["email"] = caller.email


def _about(sent: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    kind = sent.get("entity") or sent.get("item_type")
    known = {
        f"{name.removesuffix('Id')}_id": id for name, id in caller.ids.items()
    } | {
        "item_id": caller.ids.get(f"{kind}Id"),
        "entity_id": caller.ids.get(f"{kind}Id"),
        "active_org_id": caller.ids["orgId"],
        "confirm_name": ORG,
        "password": PASSWORD,
        "current_password": PASSWORD,
    }  # fmt: skip
    return {name: _known(name, value, known) for name, value in sent.items()}


def _known(name: str, value: Any, known: Mapping[str, str | None]) -> Any:
    if isinstance(value, list) and (id := known.get(name.removesuffix("s"))):
        return [id]
    return known.get(name) or value


def _furnished(do: Callable[[str, Any], str]) -> dict[str, str]:
    """One of most things, by the name of its path parameter."""
    project = do("/projects", {"name": "Spring"})
    creator = do(f"/projects/{project}/creators", {"tiktok_handle": "ana"})
    hook = {"kind": "webhook", "name": "Ops", "config": {"url": "http://127.0.0.1:9/x"}}
    channel = do("/channels", hook)
    terms = {"creator_id": creator, "metric": "posts", "period": "weekly", "target_value": 3}
    url = "https://www.tiktok.com/@ana/video/7480000000000000001"
    note = {"project_id": project, "date": "2026-03-10", "label": "Launch"}
    campaign = do(f"/projects/{project}/campaigns", {"name": "Push"})
    return {
        "projectId": project,
        "creatorId": creator,
        "channelId": channel,
        "campaignId": campaign,
        "videoId": do(f"/projects/{project}/videos", {"url": url}),
        "goalId": do(f"/projects/{project}/goals", terms),
        "ruleId": do("/alert-rules", {"name": "All", "channel_ids": [channel]}),
        "keyId": do("/api-keys", {"name": "spare"}),
        "annotationId": do("/analytics/annotations", note),
        "invitationId": do("/invitations", {"email": f"{project}@example.com"}),
    }


def _bounded(examples: int, **more: Any) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        **more,
    )


@pytest.fixture
def told() -> dict[str, Any]:
    """Everybody may register, and calls say where they come from."""
    return {"registration": "open", "trusted_proxies": "127.0.0.1"}


async def test_every_answer_to_a_generated_call_is_what_the_document_says(house: Any) -> None:
    loop = asyncio.get_running_loop()

    def open_org() -> tuple[str, str]:
        org, api = asyncio.run_coroutine_threadsafe(house.org(), loop).result(60)
        return str(org), api._key

    async with house._http.get(f"{house._api}/openapi.json") as answer:
        assert answer.status == HTTPStatus.OK
        document = await answer.json()
    calls = Generated(house._api, document, open_org)
    await asyncio.to_thread(calls.all)
    labels = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    never = sorted(labels - calls.went_well)
    structlog.get_logger().info("generated calls", statuses=dict(sorted(calls.statuses.items())), never_well=never)
    assert calls.faults == {}, "\n\n".join(f"{where}\n{told}" for where, told in calls.faults.items())
    assert calls.made >= CALLS
    assert labels - calls.asked == set()
    assert calls.statuses[200], calls.statuses
    assert calls.statuses[201], calls.statuses
