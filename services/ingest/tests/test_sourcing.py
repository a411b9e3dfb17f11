"""What calls say of a source, and what orgs may choose."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from trackagoat.events.catalogue.ingest import SourceOutcome
from trackagoat.events.catalogue.sources import ChooseSources, SourcesChosen, UnknownSource
from trackagoat.events.testing.given import Given
from trackagoat.ingest.domain.sourcing import Standing, after, passed_over, rests
from trackagoat.ingest.handlers.deciders import sourcing_decider
from trackagoat.ingest.settings import Settings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY = base64.b64encode(bytes(32)).decode()
DECIDER: Any = sourcing_decider(["a", "b"])


def stand(*calls: tuple[SourceOutcome, str, datetime]) -> Standing | None:
    standing: Standing | None = None
    for outcome, subject, at in calls:
        standing = after(standing, "s", outcome, subject, at) or standing
    return standing


def test_a_choice_replaces_the_one_before_and_leaves_other_kinds_alone() -> None:
    given = Given(DECIDER, SourcesChosen(video_stats=["a"]))
    given.when(ChooseSources(kind="discover_videos", sources=["b", "a", "b"])).then(
        SourcesChosen(video_stats=["a"], discover_videos=["b", "a"])
    )


def test_choosing_the_installations_order_again_or_nobody_are_two_things() -> None:
    given = Given(DECIDER, SourcesChosen(video_stats=["a"]))
    given.when(ChooseSources(kind="video_stats", sources=None)).then(SourcesChosen())
    given.when(ChooseSources(kind="video_stats", sources=[])).then(SourcesChosen(video_stats=[]))


def test_a_choice_that_stands_already_says_nothing() -> None:
    Given(DECIDER, SourcesChosen(video_stats=["a"])).when(ChooseSources(kind="video_stats", sources=["a"])).then()
    Given(DECIDER).when(ChooseSources(kind="video_stats", sources=None)).then()


def test_only_configured_sources_can_be_chosen() -> None:
    Given(DECIDER).when(ChooseSources(kind="video_stats", sources=["a", "c"])).refused(UnknownSource)


def test_a_source_that_wants_fewer_calls_rests_as_long_as_it_says_else_five_minutes() -> None:
    told = after(None, "s", "rate_limited", "x", NOW, retry_after=90)
    assert rests(told, NOW + timedelta(seconds=89)) == NOW + timedelta(seconds=90)
    assert rests(told, NOW + timedelta(seconds=90)) is None
    assert rests(after(None, "s", "rate_limited", "x", NOW), NOW) == NOW + 5 * MINUTE


def test_a_shorter_wait_said_later_does_not_shorten_a_rest() -> None:
    long = after(None, "s", "rate_limited", "x", NOW, retry_after=600)
    assert rests(after(long, "s", "rate_limited", "y", NOW + MINUTE, retry_after=1), NOW + MINUTE) == NOW + 10 * MINUTE


def test_one_odd_account_marks_a_source_but_three_in_a_row_break_it() -> None:
    odd = stand(("schema_changed", "x", NOW), ("schema_changed", "x", NOW), ("schema_changed", "y", NOW))
    assert odd is not None
    assert (odd.broken_since, passed_over(odd, NOW)) == (NOW, None)
    broken = after(odd, "s", "schema_changed", "z", NOW)
    assert passed_over(broken, NOW) == NOW + 15 * MINUTE


def test_a_broken_source_is_probed_after_15_minutes_then_an_hour_then_every_four() -> None:
    standing = stand(*(("schema_changed", subject, NOW) for subject in "xyz"))
    at, waits = NOW, []
    for _ in range(4):
        until = passed_over(standing, at)
        assert until is not None
        waits.append(until - at)
        at = until
        standing = after(standing, "s", "schema_changed", "w", at)
    assert waits == [15 * MINUTE, 60 * MINUTE, 240 * MINUTE, 240 * MINUTE]


@pytest.mark.parametrize("outcome", ["ok", "not_found", "private"])
def test_an_answer_that_is_understood_ends_all_trouble(outcome: SourceOutcome) -> None:
    standing = stand(*(("schema_changed", subject, NOW) for subject in "xyz"), (outcome, "x", NOW + MINUTE))
    assert standing == Standing(source="s", outcome="ok", at=NOW + MINUTE)


def test_an_error_of_the_network_and_the_usual_success_say_nothing_of_the_source() -> None:
    assert after(None, "s", "error", "x", NOW) is None
    assert after(None, "s", "ok", "x", NOW) is None


def settings(**given: str) -> Settings:
    return Settings.model_validate({"database_url": "postgresql://nowhere", "secret_key": KEY, **given})


def test_each_kind_of_job_may_have_an_order_of_its_own() -> None:
    told = settings(sources="simulator", sources_video_stats="")
    assert (told.order("discover_videos"), told.order("video_stats")) == (["simulator"], [])


def test_limits_are_calls_a_minute_and_calls_at_once() -> None:
    limit = settings(source_limits=" simulator=0.5/2 ").limit("simulator")
    assert (limit.calls_per_minute, limit.at_once) == (0.5, 2)
    limit = settings(source_limits="simulator=600").limit("simulator")
    assert (limit.calls_per_minute, limit.at_once) == (600, None)


@pytest.mark.parametrize("text", ["simulator", "simulator=0", "simulator=5/0", "simulator=-1", "simulator=5/x"])
def test_a_limit_that_makes_no_sense_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="is no limit of a source"):
        settings(source_limits=text)
