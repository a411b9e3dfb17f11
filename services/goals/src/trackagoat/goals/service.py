"""Goals, the table of contents."""

from __future__ import annotations

from trackagoat.events.catalogue.workspace import ProjectDeleted
from trackagoat.events.host.service import Due, Policy, Projection, Service
from trackagoat.goals import due, handlers, policies, projections
from trackagoat.goals.settings import Settings


def service(settings: Settings) -> Service:  # noqa: ARG001 - every service is made from its settings
    """Goals, what their periods come to, and what is said of it."""
    return Service(
        name="goals",
        deciders=[handlers.goals],
        projections=[
            Projection(
                name="goals", facts=projections.GoalFacts, writes=projections.goals, tables=("goals", "goal_terms")
            ),
            Projection(
                name="periods",
                facts=projections.PeriodFacts,
                writes=projections.periods,
                tables=("results", "standings"),
            ),
            Projection(name="orgs", facts=projections.OrgFacts, writes=projections.orgs, tables=("orgs", "zones")),
            Projection(
                name="figures",
                facts=projections.FigureFacts,
                writes=projections.figures,
                tables=("creators", "absences", "video_states", "snapshots", "profile_snapshots", "renames"),
            ),
        ],
        replaced=projections.replaced,
        policies=[
            Policy(name="abandon_goals", facts=ProjectDeleted, effects=policies.abandon_goals),
        ],
        due=[
            Due(kind="refresh", run=due.refresh),
            Due(kind="spread", run=due.spread),
            Due(kind="abandon", run=due.abandon),
        ],
    )
