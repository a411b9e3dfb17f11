"""The rows of ingest: every statement it runs, by what the rows are about."""
