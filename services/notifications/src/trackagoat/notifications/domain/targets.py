"""Where a webhook may go: public https addresses, and whatever else the operator listed."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

import msgspec

Address = IPv4Address | IPv6Address
LONGEST_URL = 2048
NAT64 = IPv6Network("64:ff9b::/96")
IPV4_COMPATIBLE = IPv6Network("::/96")


class Targets(msgspec.Struct, frozen=True):
    """The operator's allow-list: networks, and names that may resolve to anything."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Targets:
        """Read entries such as `10.0.0.0/8`, `127.0.0.1` or `hooks.internal`. Raises ValueError for a bad network."""
        networks: list[IPv4Network | IPv6Network] = []
        names: set[str] = set()
        for entry in entries:
            if "/" in entry or ":" in entry or entry.replace(".", "").isdigit():
                networks.append(ip_network(entry, strict=False))
            else:
                names.add(_name(entry))
        return cls(tuple(networks), frozenset(names))

    def named(self, host: str) -> bool:
        """The operator trusts this name, wherever it leads."""
        return _name(host) in self.names

    def permits(self, address: str, *, secure: bool) -> bool:
        """A connection to this address may be opened; without TLS only when it is listed."""
        ip = ip_address(address.partition("%")[0])
        return any(ip in network for network in self.networks) or (secure and is_public(ip))

    def objection(self, url: str) -> str | None:
        """Why the URL cannot be a target, as far as its text tells. What a name resolves to is seen at connecting."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return "that is no URL"
        if parts.scheme not in {"http", "https"} or not host or len(url) > LONGEST_URL:
            return "that is no https URL"
        if parts.username is not None or parts.password is not None:
            return "a URL with a user or password in it would be shown to everybody who sees the channel"
        if self.named(host):
            return None
        return self._objection_to_host(host, secure=parts.scheme == "https")

    def _objection_to_host(self, host: str, *, secure: bool) -> str | None:
        try:
            ip_address(host)
        except ValueError:
            if not secure and not self.networks:
                return "only https is allowed"
            return "that name stays on this machine" if _is_local(host) and not self.networks else None
        return None if self.permits(host, secure=secure) else f"{host} is not a public https address"


def is_public(ip: Address) -> bool:
    """Reached over the internet, also when looked at through the ways IPv6 has of carrying IPv4."""
    if isinstance(ip, IPv6Address):
        carried = _carried(ip)
        if carried is not None:
            return is_public(carried)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _carried(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, compatible, 6to4, Teredo or NAT64 address."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in NAT64 or ip in IPV4_COMPATIBLE:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def _name(host: str) -> str:
    return host.rstrip(".").lower()


def _is_local(host: str) -> bool:
    name = _name(host)
    return name == "localhost" or name.endswith(".localhost")
