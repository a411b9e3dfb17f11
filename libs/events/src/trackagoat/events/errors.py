"""What can go wrong in the kernel, each named so that a log line says what to do."""

from __future__ import annotations


class KernelError(Exception):
    """Base of everything the kernel raises on its own account."""


class WrongVersion(KernelError):
    """Another writer appended to the stream first; decide again on the newer state."""


class Undecodable(KernelError):
    """The bytes of a fact do not fit any event this program knows; deploy the version that does."""


class LeaseLost(KernelError):
    """Somebody else holds the lease now; stop and let them work."""


class StreamAhead(KernelError):
    """The stream holds facts that the feed does not: the database was restored from an older backup."""


class TopologyDrift(KernelError):
    """NATS streams differ from what this version declares; run `goat topology apply`."""


class NotMigrated(KernelError):
    """The database schema is not at the version this program needs; run the migrations first."""


class Unavailable(KernelError):
    """The service did not answer before the deadline; ask again with the same command id."""
