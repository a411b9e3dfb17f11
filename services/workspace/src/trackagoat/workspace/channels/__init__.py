"""Ways out of workspace."""
