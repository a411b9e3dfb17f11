"""Workspace, the table of contents."""

from __future__ import annotations

from functools import partial

from trackagoat.events.catalogue.workspace import (
    InvitationEvents,
    KeyEvents,
    MemberJoined,
    OrgEvents,
    PasswordResetRequested,
    ProjectEvents,
    UserErased,
    UserRegistered,
)
from trackagoat.events.host.service import Due, Policy, Projection, Service
from trackagoat.events.personal import Vault
from trackagoat.workspace import handlers, policies, projections
from trackagoat.workspace.channels import mail
from trackagoat.workspace.due.expiring import expire
from trackagoat.workspace.due.mailing import Mailing, Send
from trackagoat.workspace.settings import Settings


def service(settings: Settings) -> Service:
    """Organizations with their people, projects and API keys."""
    house = handlers.House(
        registration=settings.registration,
        default_tier=settings.default_tier,
        max_orgs_per_user=settings.max_orgs_per_user,
    )
    key = settings.secret_key.get_secret_value()
    vault = Vault(key)
    mailing = Mailing(_send(settings), vault, key, settings.base_url)
    return Service(
        name="workspace",
        deciders=[handlers.org_decider(house, vault), handlers.user_decider(house, vault), handlers.annotation],
        projections=[
            Projection(name="orgs", facts=OrgEvents, writes=projections.orgs, tables=("orgs",)),
            Projection(name="projects", facts=ProjectEvents, writes=projections.projects, tables=("projects",)),
            Projection(name="api_keys", facts=KeyEvents, writes=projections.api_keys, tables=("api_keys",)),
            Projection(name="users", facts=projections.AccountFacts, writes=projections.users, tables=("users",)),
            Projection(
                name="credentials",
                facts=projections.CredentialFacts,
                writes=projections.credentials,
                tables=("credentials",),
            ),
            Projection(
                name="sessions", facts=projections.SessionFacts, writes=projections.sessions, tables=("sessions",)
            ),
            Projection(name="members", facts=projections.MemberFacts, writes=projections.members, tables=("members",)),
            Projection(
                name="invitations",
                facts=projections.InvitationFacts,
                writes=projections.invitations,
                tables=("invitations",),
            ),
            Projection(
                name="annotations",
                facts=projections.AnnotationFacts,
                writes=projections.noted,
                tables=("annotations",),
            ),
        ],
        policies=[
            Policy(name="found_or_join", facts=UserRegistered, effects=policies.found_or_join),
            Policy(name="move_in", facts=MemberJoined, effects=policies.move_in),
            Policy(name="move_out", facts=UserErased, effects=policies.move_out),
            Policy(name="forget", facts=UserErased, effects=policies.forget),
            Policy(name="invitation_work", facts=InvitationEvents, effects=policies.invitation_work),
            Policy(name="reset_mails", facts=PasswordResetRequested, effects=policies.reset_mails),
        ],
        due=[
            Due(kind=policies.EXPIRY, run=expire),
            Due(kind=policies.INVITATION_MAIL, run=mailing.invitations, batch=4, apart=True),
            Due(kind=policies.RESET_MAIL, run=mailing.resets, batch=4, apart=True),
        ],
    )


def _send(settings: Settings) -> Send | None:
    """The way to the mail server, if there is one."""
    if settings.smtp_host is None:
        return None
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    server = mail.Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_from,
        settings.smtp_security,
        settings.smtp_username,
        password,
    )
    return partial(mail.deliver, server)
