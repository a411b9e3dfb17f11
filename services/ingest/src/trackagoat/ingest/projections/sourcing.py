"""Which sources orgs chose, and the accounts that let a source read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trackagoat.events.catalogue.ingest import CreatorErased
from trackagoat.events.catalogue.sources import (
    AccountConnected,
    AccountDisconnected,
    AccountEvents,
    AccountRenewed,
    SourcesChosen,
)
from trackagoat.events.effects import Write
from trackagoat.events.host.service import Page
from trackagoat.ingest.domain.tiktok import handle_key
from trackagoat.ingest.store import accounts as source_accounts
from trackagoat.ingest.store import sources

AccountFacts = AccountEvents | CreatorErased


def choices(page: Page) -> Iterator[Write]:
    """The sources orgs chose."""
    for fact in page:
        event: SourcesChosen = fact.event
        yield sources.choose(
            fact.org, _lines(event.creator_profiles), _lines(event.discover_videos), _lines(event.video_stats)
        )


def accounts(page: Page) -> Iterator[Write]:
    """Accounts whose owners let a source read them."""
    for fact in page:
        event: AccountFacts = fact.event
        match event:
            case CreatorErased(connections=connections):
                yield from map(source_accounts.forget_account, connections)
            case AccountConnected() as e:
                who = (fact.org, e.source, handle_key(e.tiktok_handle), e.tiktok_handle, e.connection, e.account)
                told = ("\n".join(e.scopes), e.sealed_tokens, e.expires_at, e.renewable_until)
                yield source_accounts.connect(*who, *told, fact.at)
            case AccountRenewed() as e:
                yield source_accounts.renew(e.connection, e.sealed_tokens, e.expires_at, e.renewable_until, fact.at)
            case AccountDisconnected() as e:
                yield source_accounts.disconnect(e.connection, e.reason, fact.at)


def _lines(names: Sequence[str] | None) -> str | None:
    return None if names is None else "\n".join(names)
