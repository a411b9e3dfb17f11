"""Schemas with the table that the sample service writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest


@pytest.fixture
async def speaker(schema: Callable[[str], Awaitable[Any]]) -> Any:
    """The workspace schema with a table for `named`."""
    pool = await schema("workspace")
    await pool.execute("CREATE TABLE named (project uuid PRIMARY KEY, name text)")
    return pool


@pytest.fixture
async def listener(schema: Callable[[str], Awaitable[Any]]) -> Any:
    """The campaigns schema with a table for `named`."""
    pool = await schema("campaigns")
    await pool.execute("CREATE TABLE named (project uuid PRIMARY KEY, name text)")
    return pool
