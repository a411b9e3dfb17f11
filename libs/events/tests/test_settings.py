"""Settings come from the environment, or from files that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from trackagoat.events.host.settings import Settings, told


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
    with pytest.raises(SystemExit):
        told(Settings)
    assert "HTTP_PORT" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_named(secret: Path) -> None:
    secret.unlink()
    with pytest.raises(SystemExit, match=f"DATABASE_URL_FILE: {secret} cannot be read"):
        told(Settings)
