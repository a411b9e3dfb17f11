"""E-mail over the operator's mail server: plain text and HTML, one message to all addresses of a channel."""

from __future__ import annotations

import time
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
import msgspec
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from trackagoat.events.catalogue.notifications import config_context
from trackagoat.events.seal import unseal
from trackagoat.notifications.channels.outbound import LONGEST_ERROR, PATIENCE, since, told
from trackagoat.notifications.domain import letters
from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.domain.messages import Parcel


class Server(msgspec.Struct, frozen=True):
    """The mail server, and as whom to send. `security` is `none`, `starttls` or `tls`."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    username: str | None = None
    password: SecretStr | None = None


class Mail:
    """Sends letters."""

    def __init__(self, server: Server | None, secret_key: str, *, patience: float = PATIENCE) -> None:
        """`secret_key` opens sealed addresses; without a server nothing can be sent."""
        self._server, self._key, self._patience = server, secret_key, patience

    async def send(self, parcel: Parcel, now: datetime) -> Answer:
        """One attempt. Never raises: whatever goes wrong is an answer."""
        if self._server is None:
            return Answer(duration_ms=0, error="this installation has no mail server; its operator sets SMTP_HOST")
        began = time.monotonic()
        try:
            raw = unseal(self._key, parcel.sealed_config or "", config_context(parcel.channel))
            to = msgspec.json.decode(raw, type=list[str])
            await self._hand_over(self._server, _letter(self._server, parcel, to, now))
        except (InvalidTag, ValueError):
            return Answer(duration_ms=since(began), error="the channel's addresses cannot be opened; set them again")
        except aiosmtplib.SMTPResponseException as error:
            refusal = f"the mail server answered {error.code}: {error.message}"
            return Answer(duration_ms=since(began), error=refusal[:LONGEST_ERROR])
        except (aiosmtplib.SMTPException, OSError) as error:
            return Answer(duration_ms=since(began), error=told(error))
        return Answer(duration_ms=since(began))

    async def _hand_over(self, server: Server, letter: EmailMessage) -> None:
        await aiosmtplib.send(
            letter,
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password.get_secret_value() if server.password else None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=self._patience,
        )


def _letter(server: Server, parcel: Parcel, to: list[str], now: datetime) -> EmailMessage:
    """The message. Its id is that of the delivery, so that a repeat shows as one in most mailboxes."""
    letter = EmailMessage()
    letter["From"] = Address("trackagoat", addr_spec=server.sender)
    letter["To"] = ", ".join(to)
    letter["Subject"] = letters.subject(parcel.message)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{parcel.message.id}@{server.sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(letters.text(parcel.message, parcel.name))
    letter.add_alternative(letters.html(parcel.message, parcel.name), subtype="html")
    return letter
