"""The judge sees every kind of harm: evidence of a calm run, tampered with as a missing guard would."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from trackagoat.cli.chaos.driver import Entry
from trackagoat.cli.chaos.evidence import Evidence, Published, Stored
from trackagoat.cli.chaos.receivers import Received
from trackagoat.cli.chaos.trial import Trial, judge
from trackagoat.cli.state import Folder
from trackagoat.events.catalogue.notifications import AlertRaised
from trackagoat.events.decider import Outcome

replace = msgspec.structs.replace
STRANGER = UUID(int=7)


def told(evidence: Evidence) -> int:
    """Where the last alert about a goal is. Of other kinds one thing may have several: losing one is not noticed."""
    alerts = [(n, f.event) for n, f in enumerate(evidence.facts["notifications"]) if f.tag == "alert.raised.v1"]
    return max(n for n, e in alerts if isinstance(e, AlertRaised) and e.kind.startswith("goal_"))


def a_fact_is_left_out_of_the_feed(e: Evidence) -> None:
    e.facts["ingest"][5] = replace(e.facts["ingest"][5], seq=None)


def the_feed_has_a_gap(e: Evidence) -> None:
    e.facts["goals"] = [replace(f, seq=f.seq + (f.seq > 3)) for f in e.facts["goals"] if f.seq is not None]


def a_fact_is_stored_twice(e: Evidence) -> None:
    facts = e.facts["campaigns"]
    facts.append(replace(facts[-1], seq=len(facts) + 1))
    e.heads["campaigns"] += 1


def two_facts_of_a_stream_change_places(e: Evidence) -> None:
    facts = e.facts["ingest"]
    versioned = [n for n, fact in enumerate(facts) if fact.stream == "roster" and fact.org == facts[0].org]
    a, b = versioned[0], versioned[-1]
    facts[a], facts[b] = replace(facts[b], seq=facts[a].seq), replace(facts[a], seq=facts[b].seq)


def the_stream_loses_a_message(e: Evidence) -> None:
    del e.streams["ingest"][3]


def the_stream_gets_a_message_twice(e: Evidence) -> None:
    e.streams["goals"].insert(4, e.streams["goals"][3])


def the_stream_says_it_in_another_order(e: Evidence) -> None:
    messages = e.streams["ingest"]
    messages[3], messages[4] = messages[4], messages[3]


def the_stream_says_something_else(e: Evidence) -> None:
    message = e.streams["ingest"][3]
    e.streams["ingest"][3] = Published(message.seq, message.id, message.data.replace("chaos", "order"))


def accepted(e: Evidence) -> Entry:
    return next(entry for entry in e.journal.values() if entry.accepted)


def of(e: Evidence, command_id: UUID) -> tuple[str, list[Stored]]:
    """Who said what the command made, and what that was."""
    return next((s, found) for s, facts in e.facts.items() if (found := [f for f in facts if f.cause == command_id]))


def an_accepted_command_left_nothing(e: Evidence) -> None:
    entry = accepted(e)
    service, made = of(e, entry.command_id)
    e.facts[service] = [fact for fact in e.facts[service] if fact not in made]


def a_repeated_command_was_done_again(e: Evidence) -> None:
    service, made = of(e, accepted(e).command_id)
    e.facts[service].append(replace(made[0], id=STRANGER))


def a_repeated_command_got_another_answer(e: Evidence) -> None:
    entry = accepted(e)
    entry.answers = [*entry.answers, [Outcome(events=[{"type": "org.created.v1"}])]]


def a_command_was_done_without_keeping_its_answer(e: Evidence) -> None:
    del e.outcomes[accepted(e).command_id]


def a_refused_command_was_done(e: Evidence) -> None:
    entry = accepted(e)
    entry.answers, entry.lost = [[Outcome()]], 0


def row(e: Evidence, table: str, wanted: Callable[[Any], bool] = lambda _: True) -> dict[str, Any]:
    return next(row for row in e.rows[table] if wanted(row))


def a_snapshot_was_counted_twice(e: Evidence) -> None:
    row(e, "campaigns.campaigns", lambda r: r["views"])["views"] *= 2


def a_gain_was_counted_twice(e: Evidence) -> None:
    row(e, "campaigns.campaign_days", lambda r: r["views"])["views"] *= 2


def a_day_was_lost(e: Evidence) -> None:
    e.rows["campaigns.campaign_days"].remove(row(e, "campaigns.campaign_days", lambda r: r["views_base"]))


def a_membership_was_counted_twice(e: Evidence) -> None:
    row(e, "campaigns.membership")["paths"] += 1


def a_member_was_forgotten(e: Evidence) -> None:
    e.rows["campaigns.membership"].pop()


def a_creator_was_counted_twice(e: Evidence) -> None:
    row(e, "campaigns.campaigns", lambda r: r["creator_count"])["creator_count"] += 1


def an_older_reading_became_the_level(e: Evidence) -> None:
    row(e, "ingest.videos", lambda r: r["view_count"])["view_count"] -= 1


def a_reading_was_lost(e: Evidence) -> None:
    e.rows["ingest.video_snapshots"].pop()


def a_removal_was_not_heard(e: Evidence) -> None:
    one = row(e, "ingest.creators")
    one["is_active"] = not one["is_active"]


def a_goal_missed_a_post(e: Evidence) -> None:
    goals = {r["goal"] for r in e.rows["goals.goals"] if r["is_active"]}
    running = [r for r in e.rows["goals.compliance"] if r["goal"] in goals and r["period_end"] > e.now]
    running[0]["actual"] -= 1


def a_result_was_not_corrected(e: Evidence) -> None:
    one = row(e, "goals.results")
    one["status"] = "missed" if one["status"] == "completed" else "completed"


def a_period_was_closed_by_halves(e: Evidence) -> None:
    e.rows["goals.results"].pop()


def an_alert_was_not_raised(e: Evidence) -> None:
    del e.facts["notifications"][told(e)]


def an_alert_was_raised_twice(e: Evidence) -> None:
    facts = e.facts["notifications"]
    facts.append(replace(facts[told(e)], id=STRANGER))


def an_alert_was_raised_in_another_org(e: Evidence) -> None:
    facts, n = e.facts["notifications"], told(e)
    facts[n] = replace(facts[n], org=STRANGER)


def a_delivery_was_not_planned(e: Evidence) -> None:
    e.rows["notifications.deliveries"].pop()


def a_delivery_was_given_up(e: Evidence) -> None:
    e.rows["notifications.deliveries"][0]["status"] = "failed"


def a_webhook_was_never_posted(e: Evidence) -> None:
    lost = e.received[0]
    e.received = [r for r in e.received if (r.endpoint, r.webhook_id) != (lost.endpoint, lost.webhook_id)]


def a_repeat_came_under_another_id(e: Evidence) -> None:
    e.received.insert(0, replace(e.received[0], webhook_id="msg_again"))


def a_webhook_went_to_somebody_else(e: Evidence) -> None:
    theirs = next(endpoint for endpoint in e.endpoints.values() if endpoint != e.received[0].endpoint)
    e.received.insert(0, Received(theirs, e.received[0].webhook_id, e.received[0].body))


def a_repeat_said_something_else(e: Evidence) -> None:
    e.received.append(replace(e.received[0], body=b"{}"))


HARM: dict[Callable[[Evidence], None], str] = {
    a_fact_is_left_out_of_the_feed: "are in no feed",
    the_feed_has_a_gap: "not dense",
    a_fact_is_stored_twice: "stored twice",
    two_facts_of_a_stream_change_places: "out of order",
    the_stream_loses_a_message: "the stream lacks 1 facts",
    the_stream_gets_a_message_twice: "1 messages too many",
    the_stream_says_it_in_another_order: "in another order than the feed",
    the_stream_says_something_else: "the stream lacks 1 facts",
    an_accepted_command_left_nothing: "made 0 facts, its answer names",
    a_repeated_command_was_done_again: "facts, its answer names",
    a_repeated_command_got_another_answer: "answered otherwise than is kept",
    a_command_was_done_without_keeping_its_answer: "done by halves",
    a_refused_command_was_done: "though nobody was told so",
    a_snapshot_was_counted_twice: "campaigns.campaigns:",
    a_gain_was_counted_twice: "campaigns.campaign_days:",
    a_day_was_lost: "campaigns.campaign_days:",
    a_membership_was_counted_twice: "campaigns.membership:",
    a_member_was_forgotten: "campaigns.membership lacks",
    a_creator_was_counted_twice: "campaigns.campaigns:",
    an_older_reading_became_the_level: "ingest.videos:",
    a_reading_was_lost: "ingest.video_snapshots lacks",
    a_removal_was_not_heard: "ingest.creators:",
    a_goal_missed_a_post: "goals.compliance:",
    a_result_was_not_corrected: "goals.results:",
    a_period_was_closed_by_halves: "goals.results lacks",
    an_alert_was_not_raised: "was never raised",
    an_alert_was_raised_twice: "was raised 2 times",
    an_alert_was_raised_in_another_org: "for another organization",
    a_delivery_was_not_planned: "was never planned",
    a_delivery_was_given_up: "is failed",
    a_webhook_was_never_posted: "never took",
    a_repeat_came_under_another_id: "which is not for it",
    a_webhook_went_to_somebody_else: "which is not for it",
    a_repeat_said_something_else: "said different things",
}
"""What a missing guard would do, and what the judge must say of it."""


@pytest.mark.timeout(240)
async def test_the_judge_is_content_with_a_calm_run_and_names_whatever_is_done_to_it(tmp_path: Path) -> None:
    report, calm = await Trial(Folder(tmp_path / "state"), 1, 6, lambda _: None, only=()).run()
    assert report.wrong == []
    silent = []
    for harm, sentence in HARM.items():
        harmed = copy.deepcopy(calm)
        harm(harmed)
        if not any(sentence in complaint for complaint in judge(harmed)):
            silent.append(harm.__name__)
    assert silent == []
