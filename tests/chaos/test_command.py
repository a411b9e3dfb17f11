"""`goat chaos` refuses what could hurt somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from trackagoat.cli.chaos import chaos


def test_servers_of_somebody_elses_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere")
    done = CliRunner().invoke(chaos, [])
    assert done.exit_code == 1
    assert "unset DATABASE_URL" in done.output


def test_a_folder_in_use_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("NATS_URL", raising=False)
    (tmp_path / "letters").touch()
    done = CliRunner().invoke(chaos, ["--state", str(tmp_path)])
    assert done.exit_code == 1
    assert "is not empty" in done.output
