"""The gateway's own rows: repeated calls and what they were answered, and how many calls were made."""
