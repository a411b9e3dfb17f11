"""The goat command: trackagoat on one machine. The only place that knows all services."""
