"""`goat bench`: it offers exactly the benchmarks there are."""

from __future__ import annotations

import ast
from pathlib import Path

from click.testing import CliRunner

from trackagoat.cli import bench
from trackagoat.cli.main import main

BENCHMARKS = Path(bench.ROOT) / "benchmarks"


def test_every_benchmark_that_exists_can_be_asked_for_by_its_name() -> None:
    measuring = {
        path.stem.replace("_", "-")
        for path in BENCHMARKS.glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "measure"
    }
    assert measuring == set(bench.NAMES)


def test_help_names_every_benchmark() -> None:
    told = CliRunner().invoke(main, ["bench", "--help"]).output
    assert [name for name in bench.NAMES if name not in told] == []


def test_an_unknown_benchmark_is_wrong_usage(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["bench", "weather", "--state", str(tmp_path)]).exit_code == 2
