"""The stream `rules`: which alerts go to which channels of an org."""

from __future__ import annotations

from uuid import UUID, uuid5

import msgspec
from immutables import Map

from trackagoat.events.catalogue.notifications import (
    DeleteRule,
    InvalidQuietHours,
    RuleCommands,
    RuleDeleted,
    RuleEvents,
    RuleSet,
    SetRule,
)
from trackagoat.events.catalogue.words import NotFound, OrgId
from trackagoat.notifications.domain import channels, hours

Rules = Map[UUID, RuleSet | None]
INITIAL: Rules = Map()
"""Every rule as it is; None: it was deleted."""


def built_in(org: OrgId) -> SetRule:
    """The rule every org starts with: everything, at once, to the bell."""
    bell = channels.built_in(org).channel
    return SetRule(rule=uuid5(org, "rule"), name="Everything in the app", channels=[bell], fresh=True, known=[bell])


def decide(command: RuleCommands, rules: Rules) -> list[RuleEvents]:
    """What the command makes happen."""
    match command:
        case SetRule():
            return _set(command, rules)
        case DeleteRule(rule=id):
            if rules.get(id) is None:
                raise NotFound
            return [RuleDeleted(rule=id)]


def evolve(rules: Rules, event: RuleEvents) -> Rules:
    """The rules after the event."""
    match event:
        case RuleSet():
            return rules.set(event.rule, event)
        case RuleDeleted():
            return rules.set(event.rule, None)


def _set(command: SetRule, rules: Rules) -> list[RuleEvents]:
    if command.fresh and command.rule in rules:
        return []
    if not command.fresh and rules.get(command.rule) is None:
        raise NotFound
    if command.quiet_hours is not None and not hours.readable(command.quiet_hours):
        raise InvalidQuietHours
    wanted = list(dict.fromkeys(command.channels))
    if _says("channels", command) and not set(wanted) <= set(command.known):
        raise NotFound
    event = RuleSet(
        rule=command.rule,
        name=command.name,
        projects=command.projects,
        kinds=command.kinds,
        min_severity=command.min_severity,
        channels=wanted,
        digest=command.digest,
        quiet_hours=command.quiet_hours,
        is_active=command.is_active,
    )
    before = rules.get(command.rule)
    if before is not None:
        kept = {name: getattr(before, name) for name in RuleSet.__struct_fields__ if not _says(name, command)}
        event = msgspec.structs.replace(event, **kept)
    return [] if before == event else [event]


def _says(field: str, command: SetRule) -> bool:
    return command.only is None or field in command.only
