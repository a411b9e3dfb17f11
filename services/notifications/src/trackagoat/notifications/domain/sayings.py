"""What people read of alerts that are no figures of goals: a title, and a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trackagoat.events.catalogue.notifications import AlertKind, RaiseAlert
from trackagoat.events.catalogue.words import Json

Payload = Mapping[str, Json]

JOBS = {"creator_profiles": "profile", "discover_videos": "list of posts", "video_stats": "posts"}
LIMITS = {
    "max_creators_per_org": "creators",
    "max_tracked_videos_per_org": "videos added by URL",
    "max_projects_per_org": "projects",
    "max_members_per_org": "members",
    "max_campaigns_per_project": "campaigns of a project",
    "max_campaign_items_per_campaign": "items of a campaign",
    "max_api_keys_per_org": "API keys",
    "max_api_requests_per_day": "API requests a day",
    "max_manual_scrape_triggers_per_day": "manual scrapes a day",
}


def said(alert: RaiseAlert) -> tuple[str, str]:
    """(title, body) of an alert."""
    return SAID[alert.kind](alert.entity.label or _UNNAMED.get(alert.entity.type, "It"), alert.payload)


def _advisory_raised(name: str, data: Payload) -> tuple[str, str]:
    flag = "fresh numbers are missing" if data["flag"] == "scrape_stale" else "the period ended, late data can follow"
    return f"{name}: {flag}", str(data["message"])


def _advisory_cleared(name: str, data: Payload) -> tuple[str, str]:
    now = "numbers are fresh again" if data["flag"] == "scrape_stale" else "the result is final"
    return f"{name}: {now}", f"No longer so: {data['message']}"


def _auto_disabled(name: str, data: Payload) -> tuple[str, str]:
    why = "is private" if data["reason"] == "private" else "cannot be found"
    return (
        f"{name} is no longer scraped: the account {why}",
        f"{_count(data['failures'], 'reading')} in a row failed. Re-enable the creator when the account is back.",
    )


def _overdue(name: str, data: Payload) -> tuple[str, str]:
    what = JOBS[data["kind"]]
    last = f"last read {data['last_scraped_at']}" if data["last_scraped_at"] else "never read"
    return (
        f"{name}: the {what} should have been read long ago",
        f"It was {last}; every {data['expected_interval_hours']} hours is expected. Look at the sources.",
    )


def _gap(name: str, data: Payload) -> tuple[str, str]:
    return (
        f"{name}: some posts may not have been discovered yet",
        f"The list was read only in part ({_count(data['posts_read'], 'post')}); reading back goes on by itself.",
    )


def _reached(name: str, data: Payload) -> tuple[str, str]:
    return f"{name} reached its target: {data['total_views']:,} of {data['target_views']:,} views", "Well done."


def _target_at_risk(name: str, data: Payload) -> tuple[str, str]:
    pace = "" if data["pace"] is None else f" That is {data['pace'] * 100:.0f} % of what should be there by now."
    return (
        f"{name} may miss its target: {data['total_views'] or 0:,} of {data['target_views']:,} views",
        f"The target is to be reached by {data['target_at']}.{pace}",
    )


def _milestone(name: str, data: Payload) -> tuple[str, str]:
    return f"{name} passed {data['milestone']:,} followers", f"Now at {data['follower_count']:,}."


def _limit(_: str, data: Payload) -> tuple[str, str]:
    what = LIMITS.get(data["limit_key"], data["limit_key"])
    title = f"{data['current']:,} of {data['max']:,} {what} are used"
    if data["threshold"] >= 100:  # noqa: PLR2004 - percent
        return f"Limit reached: {title}", "More are refused until some are freed, the day is over or the plan changes."
    return f"Nearly full: {title}", "Free some, or change the plan, before more are refused."


def _invited(_: str, data: Payload) -> tuple[str, str]:
    return (
        f"You are invited to {data['org_name']}",
        f"As {data['role']}; the invitation holds until {data['expires_at']}.",
    )


def _joined(name: str, data: Payload) -> tuple[str, str]:
    return f"{name} accepted the invitation", f"The role is {data['role']}."


def _webhook_disabled(name: str, data: Payload) -> tuple[str, str]:
    why = "its address says it is gone (410)" if data["reason"] == "gone" else "nothing got through for five days"
    return (
        f"{name} was switched off: {why}",
        "What waited for it is cancelled. Mend the receiver, switch the channel on and redeliver what failed.",
    )


def _inbox(name: str, data: Payload) -> tuple[str, str]:
    waiting = _count(data["pending_count"], "post")
    return (
        f"{name}: {waiting} in the Tracking Inbox",
        f"The oldest has waited for a decision since {data['oldest_discovered_at']}.",
    )


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


_UNNAMED = {
    "creator": "A creator",
    "campaign": "A campaign",
    "channel": "A channel",
    "goal": "A goal",
    "project": "A project",
}
SAID: Mapping[AlertKind, Callable[[str, Payload], tuple[str, str]]] = {
    "advisory_raised": _advisory_raised,
    "advisory_cleared": _advisory_cleared,
    "creator_auto_disabled": _auto_disabled,
    "scrape_overdue": _overdue,
    "discovery_gap": _gap,
    "campaign_target_reached": _reached,
    "campaign_target_at_risk": _target_at_risk,
    "follower_milestone": _milestone,
    "limit_warning": _limit,
    "invitation_received": _invited,
    "invitation_accepted": _joined,
    "webhook_disabled": _webhook_disabled,
    "inbox_waiting": _inbox,
}
"""Every kind but those that are figures of goals."""
