"""Generated calls against the running house: none is an error of ours, and every answer is what the document says.

About 300 calls by default. The long form is
`TRACKAGOAT_GENERATED_CALLS=20000 ./goat test tests/system/test_conformance.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from http import HTTPStatus
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CALLS = int(os.environ.get("TRACKAGOAT_GENERATED_CALLS", "300"))
PER_ROUND = 2
STEPS = 12
CHECKS: Any = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = "/events/stream"
LONGEST_URL = 8000
"""Longer ones are refused by the HTTP parser, before there is an API."""

pytestmark = [
    pytest.mark.timeout(180 + CALLS),
    # the house throws dice in its own thread while calls are made up in another, which looks like unsteady dice
    pytest.mark.filterwarnings("ignore:Do not use the `random` module"),
]


class Generated:
    """Calls made up from the document, one after the other, for as long as some are left."""

    def __init__(self, base: str, key: str, document: dict[str, Any], ids: dict[str, str]) -> None:
        document["servers"] = [{"url": base}]
        del document["paths"][ENDLESS]
        self.schema = schemathesis.openapi.from_dict(document)
        self.base, self.key, self.ids = base, key, ids
        self.session, self.statuses = requests.Session(), Counter[int]()
        self.faults: dict[str, str] = {}
        self.asked: set[str] = set()

    @property
    def made(self) -> int:
        return self.statuses.total()

    def all(self) -> None:
        """Calls one by one for about two thirds of their number, then calls that follow from answers."""
        rounds = 0
        while self.made < CALLS * 2 // 3:
            self._singly(rounds)
            rounds += 1
        while self.made < CALLS:
            self._following(rounds)
            rounds += 1

    def call(self, case: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        response = case.call(base_url=self.base, session=self.session, headers=headers, timeout=30)
        self.statuses[response.status_code] += 1
        self.asked.add(case.operation.label)
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
        operations = [one.ok() for one in found]
        mode = GenerationMode.NEGATIVE if number % 3 == 2 else GenerationMode.POSITIVE
        for operation in sorted(operations, key=lambda one: one.method.upper() == "DELETE"):

            @seed(number)
            @_bounded(PER_ROUND if number else 1)
            @given(case=operation.as_strategy(generation_mode=mode))
            def attempt(case: Any) -> None:
                if number % 2 == 0 and mode is GenerationMode.POSITIVE:
                    case.path_parameters = {name: self.ids.get(name, id) for name, id in case.path_parameters.items()}
                self.check(case, self.call(case))

            if self.made < CALLS:
                with contextlib.suppress(Unsatisfiable):  # nothing about such a call can be wrong
                    attempt()

    def _following(self, number: int) -> None:
        ours = self

        class Machine(self.schema.as_state_machine()):  # type: ignore[misc]  # made when it runs
            def call(self, case: Any, **_: Any) -> Any:
                return ours.call(case)

            def validate_response(self, response: Any, case: Any, **_: Any) -> None:
                ours.check(case, response)

        seed(number)(Machine)
        Machine.run(settings=_bounded(max(min((CALLS - self.made) // STEPS, 50), 1), stateful_step_count=STEPS))


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


async def _furnished(api: Any) -> dict[str, str]:
    """One of most things, by the name of its path parameter."""
    project = (await api.ok("POST", "/projects", {"name": "Spring"}))["id"]
    creator = (await api.ok("POST", f"/projects/{project}/creators", {"tiktok_handle": "ana"}))["id"]
    campaign = (await api.ok("POST", f"/projects/{project}/campaigns", {"name": "Push"}))["id"]
    terms = {"creator_id": creator, "metric": "posts", "period": "weekly", "target_value": 3}
    goal = (await api.ok("POST", f"/projects/{project}/goals", terms))["id"]
    hook = {"kind": "webhook", "name": "Ops", "config": {"url": "http://127.0.0.1:9/x"}}
    channel = (await api.ok("POST", "/channels", hook))["id"]
    rule = (await api.ok("POST", "/alert-rules", {"name": "All", "channel_ids": [channel]}))["id"]
    key = (await api.ok("POST", "/api-keys", {"name": "spare"}))["id"]
    return {
        "projectId": project,
        "creatorId": creator,
        "campaignId": campaign,
        "goalId": goal,
        "channelId": channel,
        "ruleId": rule,
        "keyId": key,
    }


async def test_every_answer_to_a_generated_call_is_what_the_document_says(house: Any) -> None:
    org, api = await house.org()
    async with house._http.get(f"{house._api}/openapi.json") as answer:
        assert answer.status == HTTPStatus.OK
        document = await answer.json()
    ids = await _furnished(api) | {"orgId": str(org)}
    calls = Generated(house._api, api._key, document, ids)
    await asyncio.to_thread(calls.all)
    assert calls.faults == {}, "\n\n".join(f"{where}\n{told}" for where, told in calls.faults.items())
    assert calls.made >= CALLS
    labels = {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    assert labels - calls.asked == set()
    assert calls.statuses[200], calls.statuses
    assert calls.statuses[201], calls.statuses
