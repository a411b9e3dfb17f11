"""Decisions about members: an org always keeps one admin, and who goes takes the keys along."""

from __future__ import annotations

from trackagoat.events.catalogue.workspace import (
    ChangeRole,
    EndMembership,
    LastAdmin,
    MemberCommands,
    MemberRemoved,
    MemberRoleChanged,
)
from trackagoat.workspace.domain.keys import revoked
from trackagoat.workspace.domain.state import Facts, Org


def decide(command: MemberCommands, org: Org) -> list[Facts]:
    """What becomes of a membership. Raises NotFound and LastAdmin."""
    match command:
        case ChangeRole(user=user, role=role):
            if org.role(user) == role:
                return []
            if org.only_admin(user):
                raise LastAdmin
            return [MemberRoleChanged(user=user, role=role)]
        case EndMembership():
            return _end(command, org)


def _end(command: EndMembership, org: Org) -> list[Facts]:
    role = org.role(command.user)
    if org.only_admin(command.user) and not command.erased:
        raise LastAdmin
    own = sorted((id, key) for id, key in org.keys.items() if key.owner == command.user and not key.revoked)
    return [*(revoked(id, key) for id, key in own), MemberRemoved(user=command.user, role=role)]
