"""Bulk answers: what became of each item, in order."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from trackagoat.events.decider import Refusal
from trackagoat.gateway.edge.answers import Answer, BulkMeta
from trackagoat.gateway.edge.faults import BARE

FAILED = "failed"


class BulkItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one item: a status, the id it has, or why it failed."""

    index: int
    status: str
    id: UUID | None = None
    code: str | None = None
    error: str | None = None


class BulkResults(msgspec.Struct, frozen=True, kw_only=True):
    """One result per item sent."""

    results: list[BulkItem]


def failed(index: int, refusal: Refusal, id: UUID | None = None) -> BulkItem:
    """An item that was refused."""
    error = refusal.code if refusal.code in BARE else refusal.message
    return BulkItem(index=index, status=FAILED, id=id, code=refusal.code, error=error)


def missing(index: int, id: UUID | None = None) -> BulkItem:
    """An item that names something which does not exist for the caller."""
    return BulkItem(index=index, status=FAILED, id=id, code="not_found", error="Not found")


def bulk(items: Sequence[BulkItem]) -> Answer[BulkResults]:
    """The answer of a bulk: always a 200."""
    ordered = sorted(items, key=lambda item: item.index)
    lost = sum(item.status == FAILED for item in ordered)
    meta = BulkMeta(succeeded=len(ordered) - lost, failed=lost)
    return Answer(data=BulkResults(results=ordered), meta=meta)
