"""Scrapes that fall due: creators' profiles, their lists of posts, and the counters of single posts."""
