"""Workspace's rules: what an org, its projects and its keys may become.

Everything of an org is decided on its one stream `org`, because the plan's counts (projects, keys) are checked and
taken in one step only where one version guards them all.
"""

from __future__ import annotations

from trackagoat.workspace.domain.org import INITIAL, Org, decide, evolve

__all__ = ["INITIAL", "Org", "decide", "evolve"]
