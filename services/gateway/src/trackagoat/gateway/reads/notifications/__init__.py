"""What notifications publishes, one file per read model."""
