"""Workspace's rules: what an org, its people, projects and keys may become, and what a person's account may.

Everything of an org is decided on its one stream `org`, because the plan's counts (projects, seats, keys) are checked
and taken in one step only where one version guards them all. Every person has a stream of their own.
"""

from __future__ import annotations

from trackagoat.workspace.domain.deciding import decide
from trackagoat.workspace.domain.state import INITIAL, Org, evolve

__all__ = ["INITIAL", "Org", "decide", "evolve"]
