"""`goat config`: every variable is explained, what is wrong is named with a remedy, and no secret is ever shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trackagoat.cli import settings
from trackagoat.cli.config import config
from trackagoat.cli.main import main
from trackagoat.events.host.provision import SCHEMAS

KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
CANARY = "canary-in-the-mine"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One that every service can start with."""
    for service in SCHEMAS:
        for name in settings.settings_of(service).model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
            monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere")
    monkeypatch.setenv("SECRET_KEY", KEY)
    return monkeypatch


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["config", *words])


def test_the_page_is_of_today_and_explains_every_setting() -> None:
    assert CliRunner().invoke(config, ["page", "--check"]).exit_code == 0, "run `goat config page`"
    for service in SCHEMAS:
        for name, field in settings.settings_of(service).model_fields.items():
            assert field.description, f"{service}: {name} needs a docstring below it"
            assert f"`{name.upper()}`" in settings.PAGE.read_text()


def test_a_page_that_is_not_of_today_fails_the_check_and_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "settings.md"
    page.write_text("old")
    assert run("page", "--check", "--out", str(page)).exit_code == 1
    assert run("page", "--out", str(page)).exit_code == 0
    assert run("page", "--check", "--out", str(page)).exit_code == 0


@pytest.mark.usefixtures("environment")
def test_what_is_right_ends_with_0(tmp_path: Path) -> None:
    done = run("check", "--state", str(tmp_path))
    assert (done.exit_code, done.output.splitlines()) == (0, [f"{name}: ok" for name in SCHEMAS])


@pytest.mark.parametrize(
    ("service", "variable", "value", "words"),
    [
        ("goals", "DATABASE_URL", None, "DATABASE_URL: is not set. Set it, or DATABASE_URL_FILE"),
        ("goals", "HTTP_PORT", "eighty", "HTTP_PORT: Input should be a valid integer"),
        ("workspace", "SECRET_KEY", "short", "SECRET_KEY: must be 32 bytes in base64, as `openssl rand -base64 32`"),
        ("workspace", "SMTP_SECURITY", "some", "SMTP_SECURITY: Input should be 'none', 'starttls' or 'tls'"),
        ("ingest", "SOURCES", "tea_leaves", "SOURCES or SOURCE_LIMITS: there is no source called tea_leaves; known"),
        ("ingest", "SOURCES", "display_api", "SOURCES: display_api needs TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET"),
        ("ingest", "HTTP_PROVIDERS", "/no/such.toml", "HTTP_PROVIDERS: /no/such.toml: "),
        ("notifications", "OUTBOUND_ALLOWLIST", "10.0.0.0/99", "OUTBOUND_ALLOWLIST: "),
        ("gateway", "TRUSTED_PROXIES", "everybody", "TRUSTED_PROXIES: "),
        ("gateway", "NATS_PASSWORD_FILE", "/no/such", "NATS_PASSWORD_FILE: /no/such cannot be read"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(
    environment: pytest.MonkeyPatch, tmp_path: Path, service: str, variable: str, value: str | None, words: str
) -> None:
    environment.delenv(variable, raising=False)
    if value is not None:
        environment.setenv(variable, value)
    done = run("check", service, "--state", str(tmp_path))
    assert done.exit_code == 1
    assert done.output.startswith(f"{service}: {words}")
    (fault,) = json.loads(run("check", service, "--json", "--state", str(tmp_path)).output)[service]
    assert fault["remedy"]


def test_no_secret_is_shown_whatever_is_asked(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(CANARY)
    environment.setenv("NATS_URL", f"nats://goat:{CANARY}@one:4222,nats://goat:{CANARY}@two:4222")
    environment.setenv("SMTP_PASSWORD_FILE", str(secret))
    for name in ("DATABASE_URL", "DATABASE_DIRECT_URL", "NATS_PASSWORD", "SECRET_KEY", "TIKTOK_CLIENT_SECRET"):
        environment.setenv(name, CANARY)
    for verb in ("check", "show"):
        for form in ((), ("--json",)):
            assert CANARY not in run(verb, *form, "--state", str(tmp_path)).output


def test_where_each_value_comes_from_is_told(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.write_text("8081\n")
    environment.setenv("HTTP_PORT_FILE", str(port))
    environment.setenv("NATS_URL", "nats://goat:word@one:4222")
    shown = json.loads(run("show", "goals", "--json", "--state", str(tmp_path)).output)["goals"]
    found = {one["variable"]: one for one in shown}
    assert found["HTTP_PORT"] == {"variable": "HTTP_PORT", "value": "8081", "origin": str(port), "secret": False}
    assert (found["NATS_URL"]["value"], found["NATS_URL"]["origin"]) == ("nats://…@one:4222", "environment")
    assert (found["DATABASE_URL"]["value"], found["DATABASE_URL"]["origin"]) == (None, "environment")
    assert (found["POOL_SIZE"]["value"], found["POOL_SIZE"]["origin"]) == ("8", "default")


def test_a_secret_file_counts_where_a_replica_would_be_given_the_installations_own(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.delenv("DATABASE_URL")
    environment.setenv("DATABASE_URL_FILE", str(tmp_path / "dsn"))
    (tmp_path / "dsn").write_text("postgresql://elsewhere\n")
    found = json.loads(run("show", "goals", "--json", "--state", str(tmp_path)).output)["goals"]
    assert next(one["origin"] for one in found if one["variable"] == "DATABASE_URL") == str(tmp_path / "dsn")
