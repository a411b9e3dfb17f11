"""Slack and whatever takes its incoming webhooks: the URL is the secret, the message is text."""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import InvalidTag

from trackagoat.events.catalogue.notifications import config_context
from trackagoat.events.seal import unseal
from trackagoat.notifications.channels.outbound import Outbound
from trackagoat.notifications.domain import letters
from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.domain.messages import Parcel


class Slack:
    """Posts `{text, blocks}`."""

    def __init__(self, outbound: Outbound, secret_key: str) -> None:
        """`secret_key` opens sealed URLs."""
        self._outbound, self._key = outbound, secret_key

    async def send(self, parcel: Parcel, now: datetime) -> Answer:
        """One attempt. Never raises: whatever goes wrong is an answer."""
        del now
        try:
            url = unseal(self._key, parcel.sealed_config or "", config_context(parcel.channel)).decode()
        except (InvalidTag, ValueError):
            return Answer(duration_ms=0, error="the channel's URL cannot be opened; set it again")
        return await self._outbound.post(url, letters.slack(parcel.message), {})
