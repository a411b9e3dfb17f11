"""E-mail over the operator's mail server: plain text and HTML, a letter of its own to each address of a channel."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
import msgspec
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from trackagoat.events.catalogue.notifications import LEAVE, config_context, leave_nonce, reader_of
from trackagoat.events.seal import unseal
from trackagoat.events.tokens import email_hash, token
from trackagoat.notifications.channels.outbound import LONGEST_ERROR, PATIENCE, since, told
from trackagoat.notifications.domain import letters
from trackagoat.notifications.domain.deliveries import Answer
from trackagoat.notifications.domain.messages import Parcel

FOR_GOOD = 500
"""SMTP replies from here on will be the same tomorrow."""


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

    def __init__(self, server: Server | None, secret_key: str, base_url: str, *, patience: float = PATIENCE) -> None:
        """`secret_key` opens sealed addresses and signs links under `base_url`; without a server nothing is sent."""
        self._server, self._key, self._patience = server, secret_key, patience
        self._base_url = base_url.rstrip("/")

    async def send(self, parcel: Parcel, now: datetime) -> Answer:
        """One attempt. Never raises: whatever goes wrong is an answer."""
        if self._server is None:
            return Answer(duration_ms=0, error="this installation has no mail server; its operator sets SMTP_HOST")
        began = time.monotonic()
        try:
            fault = await self._hand_over(self._server, self._letters(self._server, parcel, now))
        except (InvalidTag, ValueError):
            return Answer(duration_ms=since(began), error="the channel's addresses cannot be opened; set them again")
        except aiosmtplib.SMTPResponseException as error:
            return Answer(duration_ms=since(began), error=_refusal(error))
        except (aiosmtplib.SMTPException, OSError) as error:
            return Answer(duration_ms=since(began), error=told(error))
        return Answer(duration_ms=since(began), error=fault)

    def _letters(self, server: Server, parcel: Parcel, now: datetime) -> list[EmailMessage]:
        """One to each address that did not leave."""
        raw = unseal(self._key, parcel.sealed_config or "", config_context(parcel.channel))
        readers = {to: reader_of(parcel.channel, email_hash(self._key, to)) for to in msgspec.json.decode(raw)}
        links = {
            to: f"{self._base_url}/unsubscribe/{parcel.org.hex}{parcel.channel.hex}{reader.hex}."
            f"{token(self._key, LEAVE, leave_nonce(parcel.org, parcel.channel, reader))}"
            for to, reader in readers.items()
            if reader not in parcel.left_by
        }
        return [_letter(server, parcel, to, leave, now) for to, leave in links.items()]

    async def _hand_over(self, server: Server, ready: Sequence[EmailMessage]) -> str | None:
        """Hand them over, one after the other; what is wrong with all of them.

        An address that is refused for good holds up no other. Whatever may pass raises: then all are sent again.
        """
        if not ready:
            return "nobody is left to write to: every address of the channel has unsubscribed"
        refusals: list[str] = []
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password.get_secret_value() if server.password else None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=self._patience,
        )
        async with client:
            for letter in ready:
                try:
                    await client.send_message(letter)
                except aiosmtplib.SMTPRecipientsRefused as error:
                    refusals.append(_for_good(error.recipients[0]))
                except aiosmtplib.SMTPResponseException as error:
                    refusals.append(_for_good(error))
        return refusals[0] if len(refusals) == len(ready) else None


def _for_good(error: aiosmtplib.SMTPResponseException) -> str:
    """The refusal in words. Raises what may pass."""
    if error.code < FOR_GOOD:
        raise error
    return _refusal(error)


def _refusal(error: aiosmtplib.SMTPResponseException) -> str:
    return f"the mail server answered {error.code}: {error.message}"[:LONGEST_ERROR]


def _letter(server: Server, parcel: Parcel, to: str, leave: str, now: datetime) -> EmailMessage:
    """The message. Its id is that of the delivery, so that a repeat shows as one in most mailboxes.

    Mailboxes show a button that unsubscribes (RFC 8058), where the way to it is encrypted.
    """
    letter = EmailMessage()
    letter["From"] = Address("trackagoat", addr_spec=server.sender)
    letter["To"] = to
    letter["Subject"] = letters.subject(parcel.message)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{parcel.message.id}@{server.sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["List-Unsubscribe"] = f"<{leave}>"
    if leave.startswith("https://"):
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter.set_content(letters.text(parcel.message, parcel.name, leave))
    letter.add_alternative(letters.html(parcel.message, parcel.name, leave), subtype="html")
    return letter
