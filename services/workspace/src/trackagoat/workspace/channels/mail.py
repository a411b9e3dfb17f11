"""Mail over the operator's server: plain text, one addressee, and an answer that says whether it was taken."""

from __future__ import annotations

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

import aiosmtplib
import msgspec
import structlog

from trackagoat.workspace.domain.letters import Letter

Security = Literal["none", "starttls", "tls"]
PATIENCE_SECONDS = 20.0
_FOR_GOOD = 500
log = structlog.get_logger()


class Server(msgspec.Struct, frozen=True):
    """The mail server, and as whom to send."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    username: str | None = None
    password: str | None = None


class Refused(Exception):
    """The server did not take the mail; `for_good`: nor will it later."""

    def __init__(self, why: str, *, for_good: bool) -> None:
        """Keep both."""
        self.for_good = for_good
        super().__init__(why)


async def send(server: Server, letter: Letter, now: datetime) -> None:
    """Hand a letter over. Raises Refused."""
    try:
        await aiosmtplib.send(
            _message(server, letter, now),
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=PATIENCE_SECONDS,
        )
    except aiosmtplib.SMTPResponseException as error:
        raise Refused(str(error), for_good=error.code >= _FOR_GOOD) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise Refused(str(error), for_good=all(one.code >= _FOR_GOOD for one in error.recipients)) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Refused(repr(error), for_good=False) from error
    except (HeaderParseError, ValueError) as error:
        raise Refused(repr(error), for_good=True) from error


async def deliver(server: Server, letter: Letter, now: datetime) -> bool | None:
    """True when the server took it, False when it never will, None when it may later."""
    try:
        await send(server, letter, now)
    except Refused as error:
        log.info("mail refused", why=str(error))
        return False if error.for_good else None
    return True


def _message(server: Server, letter: Letter, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = str(Address(addr_spec=letter.to))
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.id}@{server.sender.rpartition('@')[2].strip('>') or 'trackagoat'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
