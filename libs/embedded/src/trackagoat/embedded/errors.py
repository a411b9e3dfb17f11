"""What can go wrong when a server is started, each a sentence for a person."""

from __future__ import annotations


class EmbeddedError(Exception):
    """A server could not be started or stopped; the message says why and what to do."""


class MissingBinary(EmbeddedError):
    """A program that is needed is not installed."""


class PortTaken(EmbeddedError):
    """Somebody else listens on the port."""


class BrokenFolder(EmbeddedError):
    """The server's folder cannot be used as it is."""
