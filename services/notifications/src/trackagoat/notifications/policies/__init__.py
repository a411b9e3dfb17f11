"""Facts to consequences: alerts about what others said, messages to channels, the public feed."""
