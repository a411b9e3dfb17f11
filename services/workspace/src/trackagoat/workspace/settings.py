"""Settings of workspace."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from trackagoat.events.catalogue.workspace import Registration, Tier
from trackagoat.events.host import settings


class Settings(settings.Keyed):
    """Where things are, who may come in, and how mail goes out. Names are the environment variables in upper case."""

    registration: Registration = "invite_only"
    """Who may register: nobody (`closed`), the invited (`invite_only`), everybody (`open`)."""
    default_tier: Tier = "self_hosted"
    """The plan of new organizations."""
    max_orgs_per_user: int | None = Field(default=None, ge=1)
    """How many organizations a person may be in when opening another; unlimited unless set."""
    base_url: str = "http://127.0.0.1:8080"
    """Where people reach the installation: the beginning of links in mails."""
    smtp_host: str | None = None
    """The mail server; without one no mail goes out, and admins hand `accept_url` over themselves."""
    smtp_port: int = 587
    """Where it listens."""
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    """How the way to it is encrypted; `none` only on this machine."""
    smtp_username: str | None = None
    """As whom mail is handed in, if it wants to know."""
    smtp_password: SecretStr | None = None
    """That user's password."""
    smtp_from: str = "trackagoat@localhost"
    """The address letters come from."""
