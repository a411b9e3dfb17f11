"""Auditing who may do what: PostgreSQL roles against what the migrations grant, NATS users against the topology."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trackagoat.events.audit import Check, Finding
from trackagoat.events.host.migrate import folders
from trackagoat.events.host.provision import SCHEMAS, role
from trackagoat.events.sql import Db
from trackagoat.events.topology import User

ROLES = {role(schema): schema for schema in SCHEMAS}
"""Every service's role, and the schema that is its own."""
GRAVE = (
    "events.>",
    "commands.>",
    "alerts.>",
    *(f"$JS.API.STREAM.{verb}.>" for verb in ("CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE")),
)
"""What nobody but services, gateway and operator may publish."""

_GRANTS = re.compile(r"\b(GRANT|REVOKE)\s+SELECT\s+ON\s+([\w\s,]+?)\s+(?:TO|FROM)\s+([\w\s,]+?);")
_RELATIONS = """
SELECT n.nspname AS schema, c.relname AS relation, pg_get_userbyid(c.relowner) AS owner, r.rolname AS role,
    has_any_column_privilege(r.oid, c.oid, 'SELECT') AS reads,
    has_any_column_privilege(r.oid, c.oid, 'INSERT, UPDATE')
        OR has_table_privilege(r.oid, c.oid, 'DELETE, TRUNCATE, TRIGGER') AS writes
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN pg_roles r
WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm') AND r.rolname = ANY($2)
ORDER BY 1, 2, 4
"""
_SCHEMAS = """
SELECT n.nspname AS schema, r.rolname AS role, has_schema_privilege(r.oid, n.oid, 'CREATE') AS creates,
    has_schema_privilege(r.oid, n.oid, 'USAGE') AS uses
FROM pg_namespace n CROSS JOIN pg_roles r WHERE n.nspname = ANY($1) AND r.rolname = ANY($2) ORDER BY 1, 2
"""
_MIGHTY = """
SELECT rolname FROM pg_roles WHERE rolname = ANY($1)
    AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls
        OR has_database_privilege(oid, current_database(), 'CREATE'))
ORDER BY 1
"""


async def roles(db: Db) -> Check:
    """A service writes its own schema alone, and reads of others what their migrations grant, no more and no less."""
    findings = [
        Finding("fault", f"{row['rolname']} may do more than log in", f"ALTER ROLE {row['rolname']} NOSUPERUSER …")
        for row in await db.fetch(_MIGHTY, list(ROLES))
    ]
    for row in await db.fetch(_SCHEMAS, [*SCHEMAS, "public"], list(ROLES)):
        findings += _of_schema(row)
    granted = grants()
    for row in await db.fetch(_RELATIONS, list(SCHEMAS), list(ROLES)):
        findings += _of_relation(row, granted)
    return Check("roles", f"{len(ROLES)} roles write their own schemas only and read what is granted", findings)


def grants() -> dict[tuple[str, str], set[str]]:
    """Who else may read a relation, as the migrations say: (schema, relation) to roles."""
    found: dict[tuple[str, str], set[str]] = {}
    for schema in SCHEMAS:
        for folder in folders(schema):
            for file in sorted(folder.glob("*.sql")):
                _follow(file.read_text().split("-- migrate:down")[0], schema, found)
    return found


def _follow(sql: str, schema: str, found: dict[tuple[str, str], set[str]]) -> None:
    for verb, relations, names in _GRANTS.findall(sql):
        for relation in _words(relations):
            readers = found.setdefault((schema, relation), set())
            if verb == "GRANT":
                readers.update(_words(names))
            else:
                readers.difference_update(_words(names))


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",")]


def _of_schema(row: Any) -> Iterator[Finding]:
    name, schema = row["role"], row["schema"]
    if row["creates"] and ROLES[name] != schema:
        what = f"{name} may create tables in the schema {schema}"
        yield Finding("fault", what, f"REVOKE CREATE ON SCHEMA {schema} FROM {name}, PUBLIC")
    if not row["uses"] and schema != "public":
        what = f"{name} may not look into the schema {schema}"
        yield Finding("fault", what, f"GRANT USAGE ON SCHEMA {schema} TO {name}; `goat up` does it")


def _of_relation(row: Any, granted: Mapping[tuple[str, str], set[str]]) -> Iterator[Finding]:
    name, relation = row["role"], f"{row['schema']}.{row['relation']}"
    if ROLES[name] == row["schema"]:
        if row["owner"] != name:
            what = f"{relation} belongs to {row['owner']}"
            yield Finding("fault", what, f"ALTER TABLE {relation} OWNER TO {name}")
        return
    if row["writes"]:
        yield Finding("fault", f"{name} may write {relation}", f"REVOKE ALL ON {relation} FROM {name}, PUBLIC")
    wanted = name in granted.get((row["schema"], row["relation"]), set())
    if wanted and not row["reads"]:
        yield Finding("fault", f"{name} may not read {relation}", f"GRANT SELECT ON {relation} TO {name}")
    if row["reads"] and not wanted:
        what = f"{name} may read {relation}, which no migration grants"
        yield Finding("fault", what, f"REVOKE ALL ON {relation} FROM {name}, PUBLIC")


def nats_users(configured: Sequence[Mapping[str, Any]], declared: Sequence[User]) -> Check:
    """The users NATS was started with have the rights of the topology; others may publish no fact and no command."""
    present = {user["user"]: user for user in configured}
    remedy = "restart with `goat up`, which writes the configuration anew"
    findings = [
        Finding("fault", f"the NATS user {user.name} {problem}", remedy)
        for user in declared
        if (problem := _problem(user, present.get(user.name)))
    ]
    for name in sorted(set(present) - {user.name for user in declared}):
        allowed = present[name].get("permissions", {}).get("publish")
        if told := [subject for subject in _subjects(allowed) if _speaks(subject)]:
            what = f"the NATS user {name} may publish {', '.join(told)}"
            findings.append(Finding("fault", what, "take that right away: nobody but services and operator speaks"))
    return Check("nats users", f"{len(present)} users have the rights of the topology", findings)


def _problem(user: User, present: Mapping[str, Any] | None) -> str | None:
    if present is None:
        return "does not exist"
    if present.get("password") != user.password:
        return "has another password than this installation"
    rights = present.get("permissions", {})
    for verb, wanted in (("publish", user.publish), ("subscribe", user.subscribe)):
        if extra := sorted(set(_subjects(rights.get(verb))) - set(wanted)):
            return f"may {verb} {', '.join(extra)}, which the topology does not allow"
        if missing := sorted(set(wanted) - set(_subjects(rights.get(verb)))):
            return f"may not {verb} {', '.join(missing)}"
    return None


def _subjects(allowed: Any) -> list[str]:
    """Subjects of a permission; without one everything is allowed."""
    if allowed is None:
        return [">"]
    if isinstance(allowed, Mapping):
        return list(allowed.get("allow", [">"]))
    return [allowed] if isinstance(allowed, str) else list(allowed)


def _speaks(subject: str) -> bool:
    """May the subject be a fact, a command or a change of a stream?"""
    return any(_meets(subject.split("."), grave.split(".")) for grave in GRAVE)


def _meets(one: Sequence[str], other: Sequence[str]) -> bool:
    """Is there a subject that both patterns stand for?"""
    for a, b in zip(one, other, strict=False):
        if ">" in {a, b}:
            return True
        if a != b and "*" not in {a, b}:
            return False
    return len(one) == len(other)
