"""The rules of ingest, pure: what may happen to creators and posts."""
