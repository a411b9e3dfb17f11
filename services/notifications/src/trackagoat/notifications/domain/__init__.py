"""Notifications' rules: what is told, over which channels, and how often it is tried again."""
