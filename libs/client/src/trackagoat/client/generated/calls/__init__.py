"""The calls of the API, a file per group."""
