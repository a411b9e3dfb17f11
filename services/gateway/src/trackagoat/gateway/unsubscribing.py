"""The page behind the link in letters: who has it ends the letters of one channel to one address, and nothing else.

Looking at it changes nothing, because mail scanners look at every link. A POST does, from the page's button or from the
mailbox itself (RFC 8058); what it says is not read, the token in the path says everything.
"""

from __future__ import annotations

import hmac
from html import escape
from uuid import UUID, uuid5

from aiohttp import web

from trackagoat.events import clock
from trackagoat.events.catalogue.notifications import LEAVE, LeaveChannel, leave_nonce
from trackagoat.events.catalogue.words import ChannelId, OrgId
from trackagoat.events.envelope import Ask
from trackagoat.events.errors import Unavailable
from trackagoat.events.host.service import ASKER
from trackagoat.events.tokens import token

PATH = "/unsubscribe/{token}"
_ID = 32
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "trackagoat",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_ASKS = '<form method="post"><p>Letters of this channel to this address end.</p><button>Unsubscribe</button></form>'


def add_unsubscribing(app: web.Application, secret_key: str) -> None:
    """Serve the page; links are signed with the installation's key."""

    async def show(request: web.Request) -> web.Response:
        _opened(secret_key, request.match_info["token"])
        return _page("Unsubscribe", _ASKS)

    async def leave(request: web.Request) -> web.Response:
        org, channel, reader = _opened(secret_key, request.match_info["token"])
        command = LeaveChannel(channel=channel, reader=reader)
        ask = Ask(org=org, command_id=uuid5(reader, f"{org}/{channel}/leave"), at=clock.now())
        try:
            await request.app[ASKER].ask(ask, [command])
        except Unavailable:
            return _page("Not yet", "<p>That did not work just now. Please try again in a minute.</p>", status=503)
        return _page("Unsubscribed", "<p>No more letters of this channel go to this address.</p>")

    app.router.add_get(PATH, show)
    app.router.add_post(PATH, leave)


def _opened(secret_key: str, text: str) -> tuple[OrgId, ChannelId, UUID]:
    """What the link is about. Raises a 404 for one that is not ours."""
    ids, _, signed = text.partition(".")
    try:
        org, channel, reader = (UUID(ids[n : n + _ID]) for n in range(0, len(ids), _ID))
    except ValueError:
        raise _unknown() from None
    nonce = leave_nonce(OrgId(org), ChannelId(channel), reader)
    if not hmac.compare_digest(token(secret_key, LEAVE, nonce).encode(), signed.encode()):
        raise _unknown()
    return OrgId(org), ChannelId(channel), reader


def _unknown() -> web.HTTPNotFound:
    return web.HTTPNotFound(text="This link is not one of ours, or it was cut off.\n", headers=_HEADERS)


def _page(title: str, body: str, status: int = 200) -> web.Response:
    page = f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    text = f"{page}<body><h1>{escape(title)}</h1>{body}</body></html>"
    return web.Response(text=text, content_type="text/html", headers=_HEADERS, status=status)
