"""Every test of the repository may use the real servers."""

pytest_plugins = ["trackagoat.events.testing.plugin"]
