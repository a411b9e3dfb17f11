"""Facts to rows, one file per read model."""
