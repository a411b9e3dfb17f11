"""An owner consents: the account is read over TikTok's API, until the access is given back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from trackagoat.events import clock
from trackagoat.ingest.sources.simulator import Simulator
from trackagoat.ingest.testing.serving import served
from trackagoat.ingest.testing.tiktok import TikTok

Until = Callable[..., Awaitable[Any]]
pytestmark = pytest.mark.timeout(240)
WHO = "daily_hay"


@pytest.fixture
def tiktok() -> TikTok:
    return TikTok(Simulator(clock=clock.now), clock=clock.now)


@pytest.fixture
async def told(tiktok: TikTok, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    async with served(tiktok.app()) as url:
        settings = {
            "sources": "display_api",
            "tiktok_client_key": tiktok.client_key,
            "tiktok_client_secret": tiktok.client_secret,
            "display_api_url": url,
        }
        for name, value in settings.items():
            monkeypatch.setenv(name.upper(), value)
        yield settings


async def test_an_account_is_connected_read_and_disconnected(
    goat: Any, house: Any, tiktok: TikTok, until: Until
) -> None:
    _, api = await house.org()
    project = await api.ok("POST", "/projects", {"name": "Spring"})
    sent_back = f"{tiktok.redirect_uri}?code={tiktok.consent(WHO)}&state=x"
    said_no = f"{tiktok.redirect_uri}?error=access_denied&error_description=The+owner+said+no"
    words = ("sources", "connect", WHO, "--redirect-uri", tiktok.redirect_uri, "--redirected")
    refused = await goat(*words, said_no)
    assert (refused.status, "The owner said no" in refused.err) == (1, True)
    connected = await goat(*words, sent_back)
    assert connected.out == f"@{WHO} is read over display_api from now on\n", connected.err
    again = await goat(*words, sent_back)
    assert (again.status, "a code is good once" in again.err) == (1, True)

    creator = await api.ok("POST", f"/projects/{project['id']}/creators", {"tiktok_handle": WHO})

    async def read() -> Any:
        return (await api.ok("GET", f"/creators/{creator['id']}"))["follower_count"]

    await until(read)
    told = (await goat("sources", "accounts")).out
    assert told.startswith(f"An org: @{WHO} over display_api: connected, at the latest until 20")
    assert (await goat("sources", "disconnect", WHO)).out == f"@{WHO} is disconnected\n"
    assert tiktok.grants == []
    assert f"@{WHO} over display_api: disconnected since 20" in (await goat("sources", "accounts")).out
    assert (
        await goat("sources", "disconnect", WHO)
    ).err == "Error: No account of that name is connected to that source.\n"


async def test_the_consent_of_another_account_or_to_less_is_not_taken(goat: Any, house: Any, tiktok: TikTok) -> None:
    await house.org()
    words = ("sources", "connect", WHO, "--redirect-uri", tiktok.redirect_uri, "--redirected")
    other = await goat(*words, f"{tiktok.redirect_uri}?code={tiktok.consent('steady_hooves')}")
    assert (other.status, "is called @steady_hooves now" in other.err) == (1, True)
    less = await goat(*words, f"{tiktok.redirect_uri}?code={tiktok.consent(WHO, ['user.info.basic'])}")
    assert (less.status, "did not agree to user.info.profile" in less.err) == (1, True)
    assert (await goat("sources", "accounts", "--json")).json == []
