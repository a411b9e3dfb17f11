"""Statements against the read models the services publish: one page per service, every one bound to an org."""
