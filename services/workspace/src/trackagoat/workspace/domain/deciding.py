"""What a command makes happen to an organization: each kind of command is decided by the page of its subject."""

from __future__ import annotations

from trackagoat.events.catalogue.workspace import (
    CreateOrg,
    InvitationCommands,
    KeyCommands,
    MemberCommands,
    OrgCommands,
    ProjectCommands,
)
from trackagoat.workspace.domain import invitations, keys, members, orgs, projects
from trackagoat.workspace.domain.state import Facts, Org, found

Commands = OrgCommands | ProjectCommands | KeyCommands | MemberCommands | InvitationCommands


def decide(command: Commands, org: Org | None) -> list[Facts]:
    """What the command makes happen. Raises NotFound where there is no org, or no longer one."""
    if isinstance(command, CreateOrg):
        return orgs.create(command) if org is None else []
    there = found(org)
    if there.deleted:
        return orgs.after_the_end(command)
    if isinstance(command, ProjectCommands):
        return [*projects.decide(command, there)]
    if isinstance(command, KeyCommands):
        return [*keys.decide(command, there)]
    if isinstance(command, MemberCommands):
        return members.decide(command, there)
    if isinstance(command, InvitationCommands):
        return invitations.decide(command, there)
    return orgs.decide(command, there)
