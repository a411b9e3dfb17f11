"""Values the documents show of people: Ana, who runs the agency, and Bo, whom she asked to join."""

from __future__ import annotations

import msgspec

from trackagoat.gateway.resources.account import (
    Invitation,
    Inviter,
    Joined,
    Me,
    Member,
    Membership,
    OpenedInvitation,
    Registered,
    Session,
    SignedIn,
    User,
)
from trackagoat.gateway.routes.examples import AT, LATER, ORG, id_of

CSRF_TOKEN = "a-value-of-this-session"  # noqa: S105 - an example
BELONGS = Membership(id=id_of(1), name="Goat Agency", role="admin")
USER = User(
    id=id_of(20),
    email="ana@example.com",
    name="Ana",
    is_platform_admin=False,
    active_org_id=id_of(1),
    created_at=AT,
)
REGISTERED = Registered(user=USER, org=ORG, csrf_token=CSRF_TOKEN)
SIGNED_IN = SignedIn(user=USER, orgs=[BELONGS], csrf_token=CSRF_TOKEN)
SESSION = Session(id=id_of(21), created_at=AT, last_seen_at=LATER, user_agent="Mozilla/5.0", is_current=True)
MEMBER = Member(user_id=id_of(20), name="Ana", email="ana@example.com", role="admin", joined_at=AT, last_seen_at=LATER)
INVITATION = Invitation(
    id=id_of(22),
    email="bo@example.com",
    role="member",
    status="pending",
    invited_by=Inviter(id=id_of(20), name="Ana"),
    expires_at="2026-03-17T08:00:00Z",
    accept_url=None,
    created_at=AT,
)
FRESH_INVITATION = msgspec.structs.replace(
    INVITATION, accept_url="https://goat.example.com/invitation#token=q1w2e3r4t5y6u7i8o9p0"
)
OPENED_INVITATION = OpenedInvitation(
    org_name="Goat Agency",
    email="bo@example.com",
    role="member",
    inviter_name="Ana",
    expires_at="2026-03-17T08:00:00Z",
    account_exists=False,
)
JOINED = Joined(org=msgspec.structs.replace(ORG, role="member"), role="member")
ME = Me(user=USER, org=ORG, role="admin", auth="api_key", scopes=["read", "write"], csrf_token=None, orgs=[BELONGS])
