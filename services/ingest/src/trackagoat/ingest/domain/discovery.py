"""Discovery: how far down an account's list of posts a look goes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from trackagoat.events.catalogue.ingest import Post
from trackagoat.ingest.domain import tiktok

MOST = 200
"""Posts one look reads at most."""
IN_A_ROW = 3
"""Known posts in a row that say that the rest is known too."""


BACK: dict[str, Any] = {"back": True}
"""The wish to read back: a look that does not stop at known posts."""


def is_enough(posts: Sequence[Post], known: Collection[str], not_before: datetime | None, now: datetime) -> bool:
    """Whether posts, listed newest first, reach far enough down: three known ones in a row, or one older than
    `not_before`. A post older than one listed after it was pinned to the top and says nothing of the rest.
    """
    listed = [(post, post.posted_at or tiktok.posted_at(post.tiktok_video_id, now)) for post in posts]
    newest_after: list[datetime | None] = [None]
    for _, at in reversed(listed[1:]):
        newest_after.append(max((t for t in (at, newest_after[-1]) if t is not None), default=None))
    run = 0
    for (post, at), newer in zip(listed, reversed(newest_after), strict=False):
        if at is not None and newer is not None and at < newer:
            continue
        if at is not None and not_before is not None and at < not_before:
            return True
        run = run + 1 if post.tiktok_video_id in known else 0
        if run == IN_A_ROW:
            return True
    return False
