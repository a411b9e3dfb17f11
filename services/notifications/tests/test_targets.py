"""Where webhooks may go."""

from __future__ import annotations

import pytest

from trackagoat.events.testing.vault import SECRET_KEY
from trackagoat.notifications.domain.targets import Targets
from trackagoat.notifications.settings import Settings

NOT_PUBLIC = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not Targets().permits(address, secure=True)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_a_public_address_is_reached_over_tls_only(address: str) -> None:
    assert Targets().permits(address, secure=True)
    assert not Targets().permits(address, secure=False)


def test_the_operator_may_list_networks_addresses_and_names() -> None:
    targets = Targets.of(["10.0.0.0/8", "127.0.0.1", "fd00::/8", "Hooks.Internal"])
    assert targets.permits("10.200.0.1", secure=False)
    assert targets.permits("127.0.0.1", secure=False)
    assert targets.permits("fd12::1", secure=True)
    assert not targets.permits("127.0.0.2", secure=True)
    assert targets.named("hooks.internal.")
    assert not targets.named("evil.hooks.internal")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "https://",
        "example.com/hook",
        "https://[::1",
        "https://example.com:port/",
        "http://example.com/",
        "https://localhost/",
        "https://api.localhost./",
        "https://user:password@example.com/",
        "https://" + "a" * 2048,
        *(f"https://[{a}]/" if ":" in a else f"https://{a}/" for a in NOT_PUBLIC),
    ],
)
def test_a_url_that_cannot_be_a_target_is_objected_to(url: str) -> None:
    assert Targets().objection(url) is not None


@pytest.mark.parametrize("url", ["https://example.com/hook?a=b", "https://example.com:8443/", "https://1.1.1.1/"])
def test_a_public_https_url_is_fine(url: str) -> None:
    assert Targets().objection(url) is None


def test_a_listed_target_needs_no_tls() -> None:
    assert Targets.of(["127.0.0.1"]).objection("http://127.0.0.1:9000/hook") is None
    assert Targets.of(["127.0.0.1"]).objection("http://localhost:9000/hook") is None
    assert Targets.of(["hooks.internal"]).objection("http://hooks.internal/") is None


def test_the_setting_is_a_list_with_commas() -> None:
    settings = Settings(
        database_url="postgresql://unused", secret_key=SECRET_KEY, outbound_allowlist="10.0.0.0/8, hooks.internal,"
    )
    assert settings.outbound_allowlist == ("10.0.0.0/8", "hooks.internal")
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/99"):
        Settings(database_url="postgresql://unused", secret_key=SECRET_KEY, outbound_allowlist="10.0.0.0/99")
