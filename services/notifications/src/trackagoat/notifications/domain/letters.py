"""Messages for people: a subject, plain text, HTML, and what Slack shows."""

from __future__ import annotations

from html import escape

import msgspec

from trackagoat.notifications.domain.messages import Message, Notice

MARKS = {"critical": "🔴", "warning": "🟠", "info": "🔵"}
COLOURS = {"critical": "#c62828", "warning": "#ef6c00", "info": "#1565c0"}
LONGEST_SLACK = 40
"""Alerts in one Slack message; what is more is counted."""
LONGEST_SUBJECT = 200


def subject(message: Message) -> str:
    """One line: the alert's title, or how many there are."""
    if not message.notices:
        return "trackagoat: this channel works"
    if len(message.notices) == 1:
        return _line(message.notices[0].title)
    worst = message.notices[0]
    return _line(f"{len(message.notices)} alerts: {worst.title}")


def text(message: Message, channel: str, leave: str) -> str:
    """Plain text; `leave` is where its reader unsubscribes."""
    parts = [f"[{one.severity}] {one.title}\n{one.body}\n{one.created_at}" for one in message.notices]
    return "\n\n".join([*(parts or [TESTED]), f"-- \n{_footer(channel)}\nUnsubscribe: {leave}\n"])


def html(message: Message, channel: str, leave: str) -> str:
    """The same in HTML; whatever others named is escaped."""
    parts = "".join(_html(one) for one in message.notices) or f"<p>{escape(TESTED)}</p>"
    return (
        '<!doctype html><html lang="en"><body style="font-family:sans-serif;max-width:40em">'
        f'{parts}<hr><p style="color:#777;font-size:small">{escape(_footer(channel))} '
        f'<a href="{escape(leave)}">Unsubscribe</a></p></body></html>'
    )


def slack(message: Message) -> bytes:
    """The JSON body of an incoming webhook."""
    notices = message.notices[:LONGEST_SLACK]
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": _slack(one)}} for one in notices]
    more = len(message.notices) - len(notices)
    if more:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"… and {more} more"}})
    return msgspec.json.encode({"text": _slacked(subject(message)), **({"blocks": blocks} if blocks else {})})


TESTED = "This is a test: messages over this channel arrive."


def _html(one: Notice) -> str:
    colour = COLOURS[one.severity]
    return (
        f'<div style="border-left:4px solid {colour};padding-left:1em;margin:1em 0">'
        f"<strong>{escape(one.title)}</strong><br>{escape(one.body)}<br>"
        f'<small style="color:#777">{one.severity} · {one.created_at}</small></div>'
    )


def _footer(channel: str) -> str:
    return f"Sent over the channel “{channel}”. An admin of the organization changes its addresses or its rules."


def _line(text: str) -> str:
    """Without line breaks, which would begin another header."""
    return " ".join(text.split())[:LONGEST_SUBJECT]


def _slack(one: Notice) -> str:
    return f"{MARKS[one.severity]} *{_slacked(one.title)}*\n{_slacked(one.body)}"


def _slacked(text: str) -> str:
    """With Slack's three special characters escaped, so that a name cannot mention anybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
