"""Accounts: signing in, the person, the organizations and the API keys."""

from __future__ import annotations

from trackagoat.gateway.registry import Route
from trackagoat.gateway.routes.account import entering, keys, myself, orgs, passwords

ROUTES: tuple[Route, ...] = (
    *entering.ROUTES,
    *myself.ROUTES,
    *passwords.ROUTES,
    *orgs.ROUTES,
    *keys.ROUTES,
)
