"""Campaigns' tables: what campaigns say of themselves, what was heard, and the sets their totals are kept from."""
