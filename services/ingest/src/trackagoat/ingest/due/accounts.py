"""Accounts that fall due: access tokens are renewed before they expire, by one process at a time.

A refresh token is good once, so scrapes never renew: they ask for it to be done, and only this row does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog
from cryptography.exceptions import InvalidTag

from trackagoat.events.catalogue.sources import DisconnectAccount, DisconnectReason, RenewAccount, account_context
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.effects import Claimed, Decide, Done
from trackagoat.events.seal import seal, unseal
from trackagoat.events.sql import Db
from trackagoat.ingest.domain.accounts import renew_at
from trackagoat.ingest.domain.schedule import after_miss
from trackagoat.ingest.sources.display_api.login import Denied, Kept, Login, Tokens
from trackagoat.ingest.sources.protocol import Miss, RateLimited
from trackagoat.ingest.store import accounts as store

log = structlog.get_logger()

EVERY = timedelta(minutes=30)
"""How often renewing is tried once the first tries failed, as long as the refresh token may be good."""


def kept(key: str, account: store.Account) -> Kept | None:
    """The tokens of an account; None when the installation's key does not open them."""
    try:
        return open_tokens(key, account.sealed_tokens, _context(account))
    except (InvalidTag, ValueError):
        log.warning("tokens cannot be opened; connect the account anew", handle=account.tiktok_handle)
        return None


def open_tokens(key: str, sealed: str, context: str) -> Kept:
    """Sealed tokens in clear. Raises InvalidTag or ValueError."""
    return msgspec.json.decode(unseal(key, sealed, context), type=Kept)


def seal_tokens(key: str, tokens: Tokens, context: str) -> str:
    """Tokens as they are kept."""
    return seal(key, msgspec.json.encode(Kept(tokens.access_token, tokens.refresh_token)), context)


def _context(account: store.Account) -> str:
    return account_context(OrgId(account.org), account.source, account.handle_key)


class Renewals(msgspec.Struct, frozen=True):
    """The work of one kind of due rows; `logins` by source, `key` opens and seals tokens."""

    logins: Mapping[str, Login]
    key: str

    async def run(self, db: Db, claimed: Sequence[Claimed], now: datetime) -> list[Done]:
        """New tokens in place of old ones."""
        return await asyncio.gather(*(self._renew(db, row, now) for row in claimed))

    async def _renew(self, db: Db, row: Claimed, now: datetime) -> Done:
        _, source, handle_key = row.key.split("/")
        account = await store.connected(db, row.org, source, handle_key)
        if account is None or source not in self.logins:
            return Done(row)
        tokens = kept(self.key, account)
        if tokens is None:
            return Done(row)
        if now >= account.renewable_until:
            return _ended(row, account, "expired")
        answer = await self.logins[source].renew(tokens.refresh_token)
        match answer:
            case Tokens():
                return self._renewed(row, account, answer, now)
            case Denied():
                log.warning("access to an account was revoked", source=source, handle=account.tiktok_handle)
                return _ended(row, account, "revoked")
            case _:
                return _again(row, answer, now)

    def _renewed(self, row: Claimed, account: store.Account, tokens: Tokens, now: datetime) -> Done:
        expires_at = now + timedelta(seconds=tokens.expires_in)
        command = RenewAccount(
            connection=account.connection,
            source=account.source,
            tiktok_handle=account.tiktok_handle,
            sealed_tokens=seal_tokens(self.key, tokens, _context(account)),
            expires_at=expires_at,
            renewable_until=now + timedelta(seconds=tokens.refresh_expires_in),
        )
        return Done(row, [Decide(row.org, command, _key(row, now))], renew_at(now, expires_at))


NO_RENEWALS = Renewals({}, "")
"""For an installation without such sources."""


def _ended(row: Claimed, account: store.Account, reason: DisconnectReason) -> Done:
    command = DisconnectAccount(
        source=account.source, tiktok_handle=account.tiktok_handle, connection=account.connection, reason=reason
    )
    return Done(row, [Decide(row.org, command, f"{reason}/{account.connection}")])


def _again(row: Claimed, miss: Miss, now: datetime) -> Done:
    log.warning("tokens could not be renewed", key=row.key, outcome=miss.outcome, detail=miss.detail)
    wait = miss.retry_after if isinstance(miss, RateLimited) else None
    plan = after_miss("rate_limited" if wait else "error", row.attempts, now, EVERY, wait)
    return Done(row, again=plan.again, attempts=plan.attempts)


def _key(row: Claimed, now: datetime) -> str:
    return f"renew/{row.key}/{now.isoformat()}/{row.fence}"
