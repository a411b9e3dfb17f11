# What one does here every day. `.venv/bin/just` comes with the first `./goat`.

export PATH := justfile_directory() / ".venv/bin" + ":" + env("PATH")

# what there is
default:
    @just --list --unsorted

# everything that must hold before a change goes in
check:
    .ci/run

# mend what a machine can mend
fmt:
    ruff check --fix
    ruff format

# ruff: habits, names, the ban on clock and dice
lint:
    ruff check
    ruff format --check

# mypy: strict, and every match exhaustive
types:
    mypy

# import-linter: the stairs, the pure rooms, the machinery
imports:
    lint-imports --no-logo

# the tests, or those named: just test services/goals
test *ARGS:
    ./goat test {{ARGS}}

# write the generated part of the Python client
client:
    goat client

# write the golden files of new events; those that exist are never touched
golden:
    python tests/contracts/test_golden.py

# after a change of dependencies: resolve them anew within their bounds (needs uv)
lock:
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "just lock" \
        $(sed -n 's/^name = "\(trackagoat.*\)"/--no-emit-package \1/p' libs/*/pyproject.toml services/*/pyproject.toml cli/pyproject.toml) \
        --output-file requirements.lock requirements.in
