"""TikTok's OAuth: consent, tokens, their renewal and their end. Refresh tokens rotate: each is good once."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec

from trackagoat.ingest.sources.protocol import Failed, Miss, SchemaChanged
from trackagoat.ingest.sources.web import Answer, Web, miss_of

API = "https://open.tiktokapis.com"
CONSENT = "https://www.tiktok.com/v2/auth/authorize/"
SCOPES = ("user.info.basic", "user.info.profile", "user.info.stats", "video.list")
"""What reading needs: names, texts, counters of the profile, and the list of posts with theirs."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What lets in. Lives are in seconds from the answer on."""

    access_token: str
    refresh_token: str
    open_id: str
    scope: str = ""
    expires_in: int
    refresh_expires_in: int

    @property
    def scopes(self) -> list[str]:
        """What the owner agreed to."""
        return [scope.strip() for scope in self.scope.split(",") if scope.strip()]


class Kept(msgspec.Struct, frozen=True):
    """What is sealed and kept of them."""

    access_token: str
    refresh_token: str


class Denied(msgspec.Struct, frozen=True):
    """The grant is not good, or no longer: only the owner's consent helps."""

    detail: str = ""


class _Error(msgspec.Struct, frozen=True):
    error: str
    error_description: str = ""


class Login:
    """The app's side of OAuth at TikTok, or at a server that speaks like it."""

    def __init__(self, web: Web, client_key: str, client_secret: str, api: str = API) -> None:
        """The app's key and secret, from its page at TikTok for Developers."""
        self._web, self._key, self._secret, self._api = web, client_key, client_secret, api

    def consent_url(self, redirect_uri: str, state: str) -> str:
        """Where the owner of an account says yes."""
        asked = {
            "client_key": self._key,
            "scope": ",".join(SCOPES),
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{CONSENT}?{urlencode(asked)}"

    async def exchange(self, code: str, redirect_uri: str) -> Tokens | Denied | Miss:
        """The first tokens, for the code that came with the redirect."""
        return await self._tokens({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri})

    async def renew(self, refresh_token: str) -> Tokens | Denied | Miss:
        """New tokens; the refresh token given is used up by this."""
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def revoke(self, access_token: str) -> Miss | None:
        """Give the access back; None when that was done."""
        answer = await self._post("/v2/oauth/revoke/", {"token": access_token})
        return answer if isinstance(answer, Failed) else None if answer.ok else miss_of(answer)

    async def _tokens(self, asked: dict[str, str]) -> Tokens | Denied | Miss:
        answer = await self._post("/v2/oauth/token/", asked)
        if isinstance(answer, Failed):
            return answer
        try:
            error = msgspec.json.decode(answer.body, type=_Error)
        except msgspec.DecodeError:
            return _granted(answer)
        if error.error in {"invalid_grant", "access_denied"}:
            return Denied(error.error_description or error.error)
        return miss_of(answer) if not answer.ok else SchemaChanged(error.error)

    async def _post(self, path: str, asked: dict[str, str]) -> Answer | Failed:
        form = {"client_key": self._key, "client_secret": self._secret, **asked}
        return await self._web.ask("POST", f"{self._api}{path}", form=form)


def _granted(answer: Answer) -> Tokens | Miss:
    """The tokens. An answer that was not understood may hold some: it is not kept."""
    try:
        return msgspec.json.decode(answer.body, type=Tokens) if answer.ok else _silenced(miss_of(answer))
    except msgspec.DecodeError as error:
        return SchemaChanged(f"the answer to a request for tokens: {error}")


def _silenced(miss: Miss) -> Miss:
    return SchemaChanged(miss.detail) if isinstance(miss, SchemaChanged) else miss
