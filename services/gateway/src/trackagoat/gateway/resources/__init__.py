"""What the API shows: one page per resource, with the pure functions that make it from rows."""
