"""Workspace's tables, and what decisions are completed from."""
