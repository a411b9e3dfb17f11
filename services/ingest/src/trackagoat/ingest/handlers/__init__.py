"""Who decides what in ingest, and how the read models complete what it is asked."""
