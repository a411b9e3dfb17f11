"""Settings come from the environment, or from files that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from trackagoat.events.host.settings import Keyed, Settings, faults, told


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "database_url"
    path.write_text("postgresql://from-a-file\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(path))
    return path


@pytest.mark.usefixtures("secret")
def test_a_setting_is_read_from_the_file_that_is_named_for_it() -> None:
    assert told(Settings).database_url.get_secret_value() == "postgresql://from-a-file"


@pytest.mark.usefixtures("secret")
def test_what_the_environment_says_itself_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://from-the-environment")
    assert told(Settings).database_url.get_secret_value() == "postgresql://from-the-environment"


def test_what_a_file_says_is_checked_like_any_other_value(
    secret: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret.with_name("port").write_text("eighty")
    monkeypatch.setenv("HTTP_PORT_FILE", str(secret.with_name("port")))
    assert "HTTP_PORT" in ended(capsys)


def test_a_file_that_is_not_there_is_named(secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret.unlink()
    said = ended(capsys)
    assert f"DATABASE_URL_FILE: {secret} cannot be read" in said
    assert "Name a file" in said


@pytest.mark.usefixtures("secret")
def test_a_missing_setting_is_named_with_its_meaning_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL_FILE")
    assert ended(capsys).startswith(
        "DATABASE_URL: is not set. Set it, or DATABASE_URL_FILE to a file that holds it: PostgreSQL"
    )


@pytest.mark.usefixtures("secret")
def test_a_wrong_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-key-that-is-too-short")
    (fault,) = faults(Keyed)
    assert fault.variable == "SECRET_KEY"
    assert "openssl rand -base64 32" in fault.message
    assert "too-short" not in str(fault)


@pytest.mark.usefixtures("secret")
def test_what_is_given_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "eighty")
    assert faults(Settings, http_port="80") == []


def ended(capsys: pytest.CaptureFixture[str]) -> str:
    """What it says when it ends for what it was told."""
    with pytest.raises(SystemExit) as end:
        told(Settings)
    assert end.value.code == 2
    return capsys.readouterr().err
