"""What the goat command prepares: it may be repeated, hands out no more than is declared, and says what is wrong."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import asyncpg
import nats.errors
import pytest
from click.testing import CliRunner

from trackagoat.cli.main import main
from trackagoat.events import permissions, topology
from trackagoat.events.host.provision import SCHEMAS, role

URL = "postgresql://db.internal:5432/trackagoat?sslmode=require"


def goat(*words: str, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, words, env=environment, catch_exceptions=False)
    return done.exit_code, done.output


def contents(folder: Path) -> dict[Path, str]:
    return {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_secrets_are_made_once_and_what_is_missing_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make = ("provision", "secrets", str(folder), "--database-url", URL, "--direct-url", URL.replace("5432", "5433"))
    assert goat(*make)[0] == 0
    first = contents(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len({first[folder / service / "secret_key"] for service in SCHEMAS}) == 1
    goals = first[folder / "goals" / "database_url"]
    assert goals.startswith("postgresql://trackagoat_goals:")
    assert goals.replace("5432", "5433") == first[folder / "goals" / "database_direct_url"]
    (folder / "goals" / "secret_key").unlink()
    (folder / "goals" / "database_direct_url").unlink()
    assert goat(*make) == (0, f"2 files made in {folder}\n")
    assert contents(folder) == first


def test_a_url_that_is_none_is_refused(tmp_path: Path) -> None:
    status, said = goat("provision", "secrets", str(tmp_path / "s"), "--database-url", "db.internal")
    assert (status, "is no connection string" in said) == (1, True)
    assert not (tmp_path / "s").exists()


def test_without_secrets_it_says_what_makes_them(tmp_path: Path) -> None:
    for what in ("postgres", "nats"):
        status, said = goat("provision", what, str(tmp_path))
        assert (status, "`goat provision secrets` makes it" in said) == (1, True)


async def test_the_printed_sql_may_be_run_again_and_grants_what_is_declared(external: Any) -> None:
    status, printed = goat("provision", "postgres", str(external.secrets))
    assert status == 0
    operator = await asyncpg.connect(external.admin)
    try:
        for _ in range(2):
            await operator.execute(printed)
        assert (await permissions.roles(operator)).findings == []
    finally:
        await operator.close()


def test_one_service_gets_its_own_schema_and_password_only(external: Any) -> None:
    _, printed = goat("provision", "postgres", str(external.secrets), "--service", "goals")
    assert printed.count("PASSWORD") == 1
    assert printed.count("CREATE SCHEMA") == 1
    assert all(f"CREATE ROLE trackagoat_{service}" in printed for service in SCHEMAS)


def test_a_password_with_quotes_stays_a_password(external: Any, tmp_path: Path) -> None:
    for path in sorted(external.secrets.rglob("*")):
        if path.is_file():
            (tmp_path / path.parent.name).mkdir(exist_ok=True)
            (tmp_path / path.parent.name / path.name).write_text(path.read_text())
    (tmp_path / "goals" / "database_url").write_text("postgresql://trackagoat_goals:it%27s%5Cone@db/trackagoat\n")
    assert r"PASSWORD E'it''s\\one';" in goat("provision", "postgres", str(tmp_path))[1]


def test_nats_may_take_its_passwords_from_variables(external: Any) -> None:
    printed = goat("provision", "nats", str(external.secrets), "--variables")[1]
    assert '"password": $GOALS_NATS_PASSWORD' in printed
    assert not any(text.strip() in printed for text in contents(external.secrets).values())


async def test_a_service_may_not_speak_for_another(external: Any) -> None:
    password = (external.secrets / "goals" / "nats_password").read_text().strip()
    connection = await topology.connect(external.nats_url, "goals", password)
    try:
        with pytest.raises(nats.errors.Error):
            await connection.jetstream().publish("events.ingest.0.X.y.z", b"{}", timeout=1)
    finally:
        await connection.close()


def test_streams_are_as_declared_until_somebody_changes_them(external: Any) -> None:
    login = {
        "NATS_URL": external.nats_url,
        "NATS_USER": "operator",
        "NATS_PASSWORD": (external.secrets / "operator" / "nats_password").read_text().strip(),
    }
    assert goat("topology", "diff", **login) == (0, "as declared\n")
    status, said = goat("topology", "diff", "--replicas", "3", **login)
    assert (status, "num_replicas is 1, declared 3" in said) == (1, True)
    assert goat("topology", "apply", **login) == (0, "nothing to change\n")


def test_a_nats_that_is_not_there_is_said_plainly() -> None:
    status, said = goat("topology", "diff", NATS_URL="nats://127.0.0.1:1", NATS_USER="operator", NATS_PASSWORD="x")
    assert (status, "NATS does not answer" in said) == (1, True)


def test_on_a_server_of_its_own_a_service_gets_a_schema_and_the_others_a_way_to_log_in(tmp_path: Path) -> None:
    folder = str(tmp_path / "secrets")
    goat("provision", "secrets", folder, "--database-url", URL)
    status, one = goat("provision", "postgres", folder, "--service", "goals", "--apart")
    assert status == 0
    assert [s for s in SCHEMAS if f"CREATE SCHEMA IF NOT EXISTS {s} " in one] == ["goals"]
    assert {s for s in SCHEMAS if f"ALTER ROLE {role(s)} PASSWORD" in one} == set(SCHEMAS)
    _, shared = goat("provision", "postgres", folder, "--service", "goals")
    assert {s for s in SCHEMAS if f"ALTER ROLE {role(s)} PASSWORD" in shared} == {"goals"}
