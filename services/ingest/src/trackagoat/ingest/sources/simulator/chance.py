"""Dice that remember: the same words always throw the same number, on every machine."""

from __future__ import annotations

from hashlib import blake2b


def throw(*words: object) -> int:
    """A number of 64 bits that looks random and depends on the words alone."""
    spoken = "\x1f".join(map(str, words)).encode()
    return int.from_bytes(blake2b(spoken, digest_size=8).digest(), "big")


def throws(*words: object) -> tuple[int, ...]:
    """Sixteen independent numbers of 32 bits for the price of one throw."""
    digest = blake2b("\x1f".join(map(str, words)).encode(), digest_size=64).digest()
    return tuple(int.from_bytes(digest[i : i + 4], "big") for i in range(0, 64, 4))


def between(low: int, high: int, number: int) -> int:
    """The number folded into low..high, both included."""
    return low + number % (high - low + 1)
