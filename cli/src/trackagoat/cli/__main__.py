"""Runs the goat command: `python -m trackagoat.cli`."""

from __future__ import annotations

from trackagoat.cli.main import main

if __name__ == "__main__":
    main()
