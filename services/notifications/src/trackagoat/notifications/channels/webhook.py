"""Webhooks after the Standard Webhooks specification: signed, under an id that stays the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidTag
from standardwebhooks import Webhook as Signer

from trackagoat.events import tracing
from trackagoat.events.catalogue.notifications import secret_context
from trackagoat.events.seal import unseal
from trackagoat.notifications.channels.outbound import Outbound
from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.domain.messages import Parcel


class Webhook:
    """Posts `{type, timestamp, data}`."""

    def __init__(self, outbound: Outbound, secret_key: str) -> None:
        """`secret_key` opens sealed secrets."""
        self._outbound, self._key = outbound, secret_key

    async def send(self, parcel: Parcel, now: datetime) -> Answer:
        """One attempt at `now`. Never raises: whatever goes wrong is an answer."""
        context = secret_context(parcel.channel)
        try:
            secrets = [unseal(self._key, sealed, context).decode() for sealed in parcel.sealed_secrets]
        except (InvalidTag, ValueError):
            return Answer(duration_ms=0, error="the channel's secret cannot be opened; create the channel anew")
        body = parcel.message.body
        headers = _headers(secrets, parcel.message.id, body, now) | tracing.onward()
        return await self._outbound.post(parcel.url or "", body, headers)


def _headers(secrets: Sequence[str], id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers; a signature covers id, time and body, and there is one for each secret."""
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(id, now, body.decode()) for secret in secrets),
    }
