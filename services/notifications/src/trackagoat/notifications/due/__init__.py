"""Work that falls due: alerts that wait for their time, messages, digests, and what is no longer kept."""
