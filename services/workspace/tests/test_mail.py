"""Mails about invitations and passwords, over a real SMTP server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP

from trackagoat.events import clock
from trackagoat.events.catalogue.words import INSTALLATION, Command, InvitationId, OrgId, UserId
from trackagoat.events.catalogue.workspace import (
    CreateOrg,
    Invite,
    RegisterUser,
    RequestPasswordReset,
    ResendInvitation,
    RevokeInvitation,
)
from trackagoat.events.envelope import Ask
from trackagoat.events.testing.play import handle, work
from trackagoat.events.testing.vault import SECRET_KEY
from trackagoat.events.tokens import digest, email_hash, token
from trackagoat.workspace.service import service
from trackagoat.workspace.settings import Settings

AT = datetime(2026, 3, 10, 8, tzinfo=UTC)
ORG, ANA, INVITED = OrgId(UUID(int=1)), UserId(UUID(int=2)), InvitationId(UUID(int=3))
NONCE, LATER = UUID(int=4), UUID(int=5)


class Inbox:
    """What an SMTP server was given; `says` is what it answers."""

    def __init__(self) -> None:
        self.says: list[str] = []
        self.held: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's words
        answer = self.says.pop(0) if self.says else "250 OK"
        if answer.startswith("250"):
            self.held.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer


class Office:
    """Workspace with a mail server."""

    def __init__(self, pool: Any, inbox: Inbox, port: int) -> None:
        self.pool, self.inbox = pool, inbox
        given = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "smtp_from": "goat@goat.example"}
        about = {"database_url": "postgresql://unused", "secret_key": SECRET_KEY, "base_url": "https://goat.example/"}
        self.service = service(Settings.model_validate({**about, **given, "registration": "open"}))

    async def ask(self, org: OrgId, command: Command, at: datetime = AT) -> None:
        [outcome] = await handle(self.pool, self.service, Ask(org=org, command_id=clock.new_id(), at=at), [command])
        assert outcome.refused is None

    async def work(self, at: datetime = AT) -> None:
        await work(self.pool, self.service, at)

    async def invite(self) -> None:
        address = "bo@example.com"
        await self.ask(
            ORG,
            Invite(
                invitation=INVITED,
                email=address,
                email_hash=email_hash(SECRET_KEY, address),
                role="member",
                nonce=NONCE,
                digest=digest(token(SECRET_KEY, "invitation", NONCE)),
                invited_by=ANA,
            ),
        )


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, int]]:
    held = Inbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(held), "127.0.0.1", 0)
    yield held, server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def office(schema: Callable[[str], Awaitable[Any]], inbox: tuple[Inbox, int]) -> Office:
    made = Office(await schema("workspace"), *inbox)
    person = RegisterUser(
        user=ANA,
        email="ana@example.com",
        name="Ana",
        email_hash=email_hash(SECRET_KEY, "ana@example.com"),
        password="$argon2id$",
        org=ORG,
        org_name="Goat\r\nBcc: all@example.com",
    )
    await made.ask(INSTALLATION, person)
    return made


async def test_an_invitation_is_mailed_once_with_the_token_that_opens_it(office: Office) -> None:
    await office.invite()
    await office.work()
    await office.work(AT + timedelta(hours=1))
    (letter,) = office.inbox.held
    assert (letter["To"], letter["From"]) == ("bo@example.com", "goat@goat.example")
    assert letter["Subject"].startswith("Ana invites you to Goat")
    assert letter["Bcc"] is None
    assert f"https://goat.example/invitation#token={token(SECRET_KEY, 'invitation', NONCE)}" in letter.get_content()


async def test_sending_again_mails_the_new_token(office: Office) -> None:
    await office.invite()
    await office.work()
    fresh = token(SECRET_KEY, "invitation", LATER)
    await office.ask(ORG, ResendInvitation(invitation=INVITED, nonce=LATER, digest=digest(fresh)))
    await office.work()
    assert [fresh in letter.get_content() for letter in office.inbox.held] == [False, True]


async def test_an_invitation_taken_back_is_not_mailed(office: Office) -> None:
    await office.invite()
    await office.ask(ORG, RevokeInvitation(invitation=INVITED))
    await office.work()
    assert office.inbox.held == []


async def test_a_mail_refused_for_now_is_tried_again_and_one_refused_for_good_is_not(office: Office) -> None:
    office.inbox.says = ["451 busy", "250 OK"]
    await office.invite()
    await office.work()
    assert office.inbox.held == []
    await office.work(AT + timedelta(seconds=59))
    assert office.inbox.held == []
    await office.work(AT + timedelta(minutes=1))
    assert len(office.inbox.held) == 1
    office.inbox.says = ["550 no such person"]
    fresh = token(SECRET_KEY, "invitation", LATER)
    await office.ask(ORG, ResendInvitation(invitation=INVITED, nonce=LATER, digest=digest(fresh)))
    await office.work(AT + timedelta(minutes=2))
    await office.work(AT + timedelta(days=1))
    assert len(office.inbox.held) == 1


async def test_a_reset_link_is_mailed_to_whose_password_it_sets(office: Office) -> None:
    secret = token(SECRET_KEY, "password reset", NONCE)
    await office.ask(INSTALLATION, RequestPasswordReset(user=ANA, nonce=NONCE, digest=digest(secret)))
    await office.work()
    (letter,) = office.inbox.held
    assert letter["To"] == "ana@example.com"
    assert f"https://goat.example/password-reset#token={secret}" in letter.get_content()


async def test_without_a_mail_server_nothing_waits(schema: Callable[[str], Awaitable[Any]]) -> None:
    pool = await schema("workspace")
    silent = service(Settings(database_url="postgresql://unused", secret_key=SECRET_KEY))
    ask = Ask(org=ORG, command_id=clock.new_id(), at=AT)
    await handle(pool, silent, ask, [CreateOrg(org=ORG, name="Goat")])
    invite = Invite(invitation=INVITED, email="bo@example.com", email_hash="h", role="member", nonce=NONCE, digest="d")
    await handle(pool, silent, Ask(org=ORG, command_id=clock.new_id(), at=AT), [invite])
    await work(pool, silent, AT)
    assert [row["kind"] for row in await pool.fetch("SELECT kind FROM due")] == ["invitation"]
