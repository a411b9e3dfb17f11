"""The kernel: events, the ledger that keeps them, and everything that carries them."""
