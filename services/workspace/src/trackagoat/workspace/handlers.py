"""Who decides what in workspace, and what it has to know beyond its own stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from trackagoat.events.catalogue.plans import limit
from trackagoat.events.catalogue.words import INSTALLATION, InvitationId, OrgId, UserId
from trackagoat.events.catalogue.workspace import (
    AnnotationCommands,
    AnnotationEvents,
    BanOrg,
    CreateOrg,
    DeleteOrg,
    EraseUser,
    Invite,
    Invited,
    RegisterUser,
    Registration,
    SetTier,
    Tier,
    UnbanOrg,
    UpdateOrg,
    UpdateUser,
    UserCommands,
    UserEvents,
    Waiting,
)
from trackagoat.events.decider import Decider
from trackagoat.events.envelope import Ask
from trackagoat.events.personal import Vault
from trackagoat.workspace.domain import INITIAL, Org, annotating, decide, evolve, users
from trackagoat.workspace.domain.deciding import Commands
from trackagoat.workspace.domain.state import Facts
from trackagoat.workspace.store import completing

C = TypeVar("C")
ABOUT_THE_ORG = CreateOrg | UpdateOrg | SetTier | DeleteOrg | BanOrg | UnbanOrg


class House(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator decided for the whole installation."""

    registration: Registration = "invite_only"
    default_tier: Tier = "self_hosted"
    max_orgs_per_user: int | None = None


def org_decider(house: House, vault: Vault) -> Decider[Commands, Org | None, Facts]:
    """Everything of an org is decided in one place."""

    async def complete(db: Any, ask: Ask, commands: Sequence[Commands]) -> Sequence[Commands]:
        return [await _completed(db, ask, command, house, vault) for command in commands]

    return Decider(
        "org",
        commands=Commands,
        events=Facts,
        initial=INITIAL,
        decide=decide,
        evolve=evolve,
        stream=lambda _: "org",
        enrich=complete,
    )


annotation: Decider[AnnotationCommands, annotating.Annotation | None, AnnotationEvents] = Decider(
    "annotations",
    commands=AnnotationCommands,
    events=AnnotationEvents,
    initial=annotating.INITIAL,
    decide=annotating.decide,
    evolve=annotating.evolve,
    stream=annotating.stream,
)


def user_decider(house: House, vault: Vault) -> Decider[UserCommands, users.User | None, UserEvents]:
    """Every person is decided on apart."""

    async def complete(db: Any, ask: Ask, commands: Sequence[UserCommands]) -> Sequence[UserCommands]:
        return [await _user_completed(db, ask, command, house, vault) for command in commands]

    return Decider(
        "users",
        commands=UserCommands,
        events=UserEvents,
        initial=users.INITIAL,
        decide=users.decide,
        evolve=users.evolve,
        stream=users.stream,
        enrich=complete,
    )


async def _completed(db: Any, ask: Ask, command: Commands, house: House, vault: Vault) -> Commands:
    """Say when it is, let nobody speak for another org, and look up who is meant."""
    command = _timed(command, ask)
    if isinstance(command, ABOUT_THE_ORG):
        command = msgspec.structs.replace(command, org=ask.org)
    if isinstance(command, CreateOrg):
        return await _founded(db, command, house)
    if isinstance(command, Invite):
        known = await completing.user_with(db, command.email_hash)
        sealed = await _sealed(db, vault, command, command.invitation, ("email",))
        return msgspec.structs.replace(sealed, known=None if known is None else UserId(known))
    return command


async def _founded(db: Any, command: CreateOrg, house: House) -> CreateOrg:
    """On the plan new orgs get. A person opens one org at a time, so that their number can be limited."""
    command = msgspec.structs.replace(command, tier=command.tier or house.default_tier)
    if command.owner is None or house.max_orgs_per_user is None:
        return command
    await completing.alone(db, f"orgs of {command.owner}")
    orgs = await completing.orgs_count(db, command.owner)
    return msgspec.structs.replace(command, max_orgs=house.max_orgs_per_user, orgs=orgs)


async def _user_completed(db: Any, ask: Ask, command: UserCommands, house: House, vault: Vault) -> UserCommands:
    command = _timed(command, ask)
    if isinstance(command, RegisterUser):
        return await _sealed(db, vault, await _registering(db, command, house), command.user, ("email", "name"))
    if isinstance(command, UpdateUser) and command.name is not None:
        return await _sealed(db, vault, command, command.user, ("name",))
    if isinstance(command, EraseUser):
        await completing.hold_admins(db, command.user)
        return msgspec.structs.replace(
            command,
            orgs=[OrgId(id) for id in await completing.orgs_of(db, command.user)],
            only_admin_of=[OrgId(id) for id in await completing.alone_in(db, command.user)],
            invitations=[InvitationId(id) for id in await completing.answered_by(db, command.user)],
            waiting=[
                Waiting(InvitationId(row.invitation), OrgId(row.org))
                for row in await completing.waiting_for(db, command.user)
            ],
        )
    return command


async def _sealed(db: Any, vault: Vault, command: C, subject: UUID, fields: tuple[str, ...]) -> C:
    """The command with nothing personal in clear. People, and who is yet to become one, belong to no org."""
    key = (await vault.subjects(db, INSTALLATION, [subject]))[subject]
    sealed: C = msgspec.structs.replace(  # type: ignore[type-var]
        command, **{name: key.seal(getattr(command, name)) for name in fields}
    )
    return sealed


async def _registering(db: Any, command: RegisterUser, house: House) -> RegisterUser:
    """The first user of all is found alone; an invitation is held until it is answered."""
    first = await completing.nobody(db)
    if first:
        await completing.alone(db, "the first user")
        first = await completing.nobody(db)
    digest = command.invitation_digest
    return msgspec.structs.replace(
        command,
        first=first,
        registration=house.registration,
        tier=house.default_tier,
        invited=None if digest is None else await _invited(db, digest),
        taken=await completing.is_taken(db, command.email_hash),
    )


async def _invited(db: Any, digest: str) -> Invited | None:
    row = await completing.invited(db, digest)
    if row is None:
        return None
    most = limit(row.tier, "max_members_per_org")
    return Invited(
        org=OrgId(row.org),
        invitation=InvitationId(row.invitation),
        email_hash=row.email_hash,
        status=row.status,
        expires_at=row.expires_at,
        room=most is None or row.members < most,
    )


def _timed(command: C, ask: Ask) -> C:
    """The command with the time, if it wants to know."""
    if not hasattr(command, "now"):
        return command
    timed: C = msgspec.structs.replace(command, now=ask.at)  # type: ignore[type-var]
    return timed
