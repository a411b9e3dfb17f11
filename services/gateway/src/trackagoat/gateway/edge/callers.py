"""Callers as they are counted: a key with the plan of its organization, a session, or an address."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

from trackagoat.events.catalogue import plans
from trackagoat.events.catalogue.words import OrgId
from trackagoat.events.catalogue.workspace import Tier
from trackagoat.gateway.edge.limits import DAILY_LIMIT, Caller
from trackagoat.gateway.reads import workspace

if TYPE_CHECKING:
    from trackagoat.events.sql import Db
    from trackagoat.gateway.edge.identity import Identity

OPEN_CALLS_PER_MINUTE = 60
SESSION_CALLS_PER_MINUTE = 300
_REMEMBER_SECONDS = 0.9
_REMEMBER_MOST = 10_000
_SITE_BITS = 64

Network = IPv4Network | IPv6Network


class Quotas:
    """What plans allow a day; a tier is remembered for less than a second, so that a change holds at once."""

    def __init__(self) -> None:
        """Start knowing no tier."""
        self._known: OrderedDict[OrgId, tuple[float, Tier | None]] = OrderedDict()

    async def caller(self, db: Db, identity: Identity, quota: int, tick: float, *, counted: bool) -> Caller:
        """The caller as it is counted. `tick` is a steadily rising number of seconds."""
        if identity.type == "session" or identity.org is None:
            return Caller(kind="session", id=str(identity.id), quota=SESSION_CALLS_PER_MINUTE)
        org = OrgId(identity.org)
        tier = await self._tier(db, org, tick)
        most = plans.limit(tier, DAILY_LIMIT) if tier is not None else None
        return Caller(kind="key", id=str(identity.id), quota=quota, org=org, most=most, counted=counted)

    async def _tier(self, db: Db, org: OrgId, tick: float) -> Tier | None:
        until, tier = self._known.get(org, (0.0, None))
        if tick < until:
            return tier
        tier = await workspace.tier(db, org)
        self._known[org] = (tick + _REMEMBER_SECONDS, tier)
        self._known.move_to_end(org)
        while len(self._known) > _REMEMBER_MOST:
            self._known.popitem(last=False)
        return tier


def of_address(address: str) -> Caller:
    """Somebody without a key. Addresses of one IPv6 site are one caller, for a site has more than can be counted."""
    return Caller(kind="address", id=_site(address), quota=OPEN_CALLS_PER_MINUTE)


def address_of(remote: str | None, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Where a call comes from: what the last proxy that is not `trusted` said, or else the peer itself.

    `forwarded` are the values of X-Forwarded-For, each a comma list that proxies append to.
    """
    said = [one.strip() for value in forwarded for one in value.split(",")]
    address = remote or ""
    while said and _is_within(address, trusted):
        address = said.pop()
    return address


def _is_within(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _site(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Network((parsed, _SITE_BITS), strict=False))
    return str(parsed)
