"""Mails about invitations and passwords. A token is handed to the mail server once; only a refused one is tried again.

Between noting that a mail goes out and its going out a process may die: then it is not sent, and sending the
invitation again makes another token.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from trackagoat.events.effects import Claimed, Done
from trackagoat.events.personal import Vault, stored_keys, subjects_in
from trackagoat.events.sql import Db
from trackagoat.events.tokens import digest, token
from trackagoat.workspace.domain import letters
from trackagoat.workspace.domain.letters import Letter
from trackagoat.workspace.store import mail as store

log = structlog.get_logger()
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
Send = Callable[[Letter, datetime], Awaitable[bool | None]]
"""Hands a letter over: True when it was taken, False when it never will be, None when later may do."""


class Mailing:
    """Writes letters. `send` is None where no mail is set up: then nothing goes out, and nothing waits."""

    def __init__(self, send: Send | None, vault: Vault, secret_key: str, base_url: str) -> None:
        """`secret_key` is what tokens follow from."""
        self._send, self._vault, self._key, self._base = send, vault, secret_key, base_url.rstrip("/")

    async def invitations(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> Sequence[Done]:
        """Mail those who were asked to join."""
        return [await self._posted(db, one, await self._invitation(db, one, now), now) for one in claimed]

    async def resets(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> Sequence[Done]:
        """Mail those who asked for a new password."""
        return [await self._posted(db, one, await self._reset(db, one, now), now) for one in claimed]

    async def _posted(self, db: Db, one: Claimed, letter: Letter | None, now: datetime) -> Done:
        if self._send is None or letter is None or not await store.hand_over(db, letter.id, now):
            return Done(one)
        taken = await self._send(letter, now)
        if taken is not None or one.attempts >= len(WAITS):
            if not taken:
                log.warning("a mail could not be sent", kind=one.kind, about=one.key)
            return Done(one)
        await store.take_back(db, letter.id)
        return Done(one, again=now + WAITS[one.attempts], attempts=one.attempts + 1)

    async def _invitation(self, db: Db, one: Claimed, now: datetime) -> Letter | None:
        row = await store.invitation_mail(db, UUID(one.key), UUID(one.payload["nonce"]), now)
        if row is None:
            return None
        to, inviter = await self._clear(db, row.email), await self._clear(db, row.inviter_name)
        secret = token(self._key, "invitation", row.nonce)
        if to is None or digest(secret) != row.digest:
            return None
        url = f"{self._base}/invitation#token={secret}"
        about = {"org": row.org_name, "role": row.role, "url": url}
        return letters.invitation(row.nonce, to, inviter=inviter, expires_at=row.expires_at, **about)

    async def _reset(self, db: Db, one: Claimed, now: datetime) -> Letter | None:
        row = await store.reset_mail(db, UUID(one.key), UUID(one.payload["nonce"]), now)
        if row is None:
            return None
        to, name = await self._clear(db, row.email), await self._clear(db, row.name)
        secret = token(self._key, "password reset", row.nonce)
        if to is None or digest(secret) != row.digest:
            return None
        url = f"{self._base}/password-reset#token={secret}"
        return letters.reset(row.nonce, to, name=name or "", url=url, expires_at=row.expires_at)

    async def _clear(self, db: Db, sealed: str | None) -> str | None:
        """What a sealed field says; None when it cannot be known any more."""
        if sealed is None:
            return None
        (subject,) = subjects_in(sealed.encode()) or (None,)
        if subject is None:
            return None
        found = self._vault.opened(await stored_keys(db, [subject])).get(subject)  # type: ignore[arg-type]
        return found.open(sealed.rpartition(".")[2].encode()) if found else None
