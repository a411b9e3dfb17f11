"""The ways out: one file per kind of channel. What they share is the guarded way into the network (`outbound`)."""
