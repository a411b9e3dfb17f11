"""Gains as rows: what each reading added, summed up for creators and projects by what counts now."""
