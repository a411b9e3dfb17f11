"""Every statement of the program is prepared against the migrated schemas; columns and fields must agree."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import msgspec
import pytest

from trackagoat.events.host.provision import SCHEMAS
from trackagoat.events.sql import Statement, result_type, statements
from trackagoat.events.topology import SERVICES

Schema = Callable[[str], Awaitable[Any]]


def load_everything() -> None:
    """Import every module that may declare statements."""
    for service in SCHEMAS:
        package = importlib.import_module(f"trackagoat.{service}")
        for module in pkgutil.walk_packages(package.__path__, f"trackagoat.{service}."):
            if "store" in module.name or ".reads" in module.name:
                importlib.import_module(module.name)
    importlib.import_module("trackagoat.events.due")


def declared(service: str) -> Iterator[Statement]:
    load_everything()
    owner = f"trackagoat.{service}."
    kernel = "trackagoat.events.due"
    return (s for s in statements() if s.module.startswith(owner) or s.module == kernel)


@pytest.mark.parametrize("postgres", ["own", "oldest"], indirect=True)
@pytest.mark.parametrize("service", SCHEMAS)
async def test_statements_fit_the_schema_of_their_service(service: str, schema: Schema) -> None:
    pool = await schema(service)
    faults = []
    async with pool.acquire() as connection:
        for statement in declared(service):
            try:
                prepared = await connection.prepare(statement.sql)
            except Exception as error:  # noqa: BLE001 - every fault is reported with its place
                faults.append(f"{statement.place}: {error}")
                continue
            faults += [f"{statement.place}: {fault}" for fault in mismatches(statement, prepared)]
    assert not faults, "\n".join(faults)


def takes_names_only(row: type[msgspec.Struct]) -> bool:
    """Whether a row cannot be made of its values in order; nothing is checked of the values themselves."""
    try:
        row(*[None] * len(row.__struct_fields__))
    except TypeError:
        return True
    return False


def mismatches(statement: Statement, prepared: Any) -> Iterator[str]:
    """What does not agree between a statement's signature and what PostgreSQL says of it."""
    wanted, given = len(prepared.get_parameters()), len(statement.params)
    if wanted != given:
        yield f"the SQL has {wanted} parameters, the signature {given}"
    if statement.kind == "write":
        for name, kind in zip(statement.params, prepared.get_parameters(), strict=False):
            if kind.kind != "array":
                yield f"parameter {name} of a write must be an array, it is {kind.name}"
        return
    _, row = result_type(statement)
    columns = [attribute.name for attribute in prepared.get_attributes()]
    if isinstance(row, type) and issubclass(row, msgspec.Struct):
        fields = list(row.__struct_fields__)
        if sorted(fields) != sorted(columns):
            more, less = sorted(set(columns) - set(fields)), sorted(set(fields) - set(columns))
            yield f"columns {more} have no field, fields {less} no column"
        elif fields != columns:
            yield f"columns stand in another order than fields: {columns}, {fields}"
        elif takes_names_only(row):
            yield f"{row.__name__} cannot be filled by place, its fields are keyword-only"


@pytest.mark.parametrize("service", SCHEMAS)
def test_a_statement_about_another_service_names_nothing_else_since_each_may_have_its_own_database(
    service: str,
) -> None:
    mixed = []
    for statement in declared(service):
        within = set(re.findall(r"\b([a-z_]+) AS (?:MATERIALIZED )?\(", statement.sql))
        tables = set(re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE) ([a-z_.]+)\b(?![(.])", statement.sql)) - within
        apart = {schema for table in tables if (schema := table.split(".")[0]) in SERVICES and "." in table}
        if len(apart) > 1 or (apart and any("." not in table for table in tables)):
            mixed.append(f"{statement.place}: {sorted(tables)}")
    assert mixed == []
