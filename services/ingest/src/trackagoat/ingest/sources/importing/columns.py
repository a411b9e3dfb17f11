"""Which column of a file is which: the names understood without being told, and a mapping for all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

COUNTERS = ("views", "likes", "comments", "shares", "saves")
PROFILE_COUNTERS = ("followers", "following", "total_likes", "video_count")

_names: dict[str, tuple[str, ...]] = {
    "handle": ("tiktok_handle", "username", "user_name", "author", "author_handle", "creator_handle", "unique_id"),
    "video_id": ("tiktok_video_id", "post_id", "aweme_id", "item_id", "id"),
    "url": ("video_url", "post_url", "webpage_url", "link", "permalink"),
    "content_type": ("type", "post_type"),
    "posted_at": ("published_at", "create_time", "upload_time", "timestamp"),
    "scraped_at": ("fetched_at", "collected_at", "captured_at", "snapshot_at", "measured_at", "crawled_at", "epoch"),
    "duration": ("duration_seconds", "length"),
    "title": ("caption", "description", "desc"),
    "thumbnail_url": ("thumbnail", "cover", "cover_url"),
    "hashtags": ("tags",),
    "views": ("view_count", "play_count", "plays"),
    "likes": ("like_count", "digg_count", "diggs"),
    "comments": ("comment_count",),
    "shares": ("share_count", "repost_count"),
    "saves": ("save_count", "collect_count", "favorites", "bookmarks"),
    "followers": ("follower_count", "author_followers", "fans"),
    "following": ("following_count",),
    "total_likes": ("total_likes_count", "heart_count", "hearts"),
    "video_count": ("aweme_count",),
    "display_name": ("nickname", "author_name", "tiktok_display_name"),
    "bio": ("signature",),
    "avatar_url": ("avatar",),
}
_meaning = {other: field for field, others in _names.items() for other in (field, *others)}

Mapped = Mapping[str, str]
"""Field of ours to the name a file gives it, e.g. {"views": "Plays"}."""


class UnknownLayout(ValueError):
    """The file as a whole cannot be read. The message is the reason, for people."""

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason)


def simplified(name: str) -> str:
    """A column's name as it is compared: without case, spaces and dashes."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def meanings(mapped: Mapped) -> dict[str, str]:
    """The file's (simplified) names to fields of ours; a mapped field is read from its mapped column only.

    Raises UnknownLayout for a field that does not exist.
    """
    if wrong := sorted(set(mapped) - set(_names)):
        reason = f"there is no field {', '.join(wrong)}; fields are {', '.join(_names)}"
        raise UnknownLayout(reason=reason)
    found = {name: field for name, field in _meaning.items() if field not in mapped}
    return found | {simplified(name): field for field, name in mapped.items()}


def layout(header: Iterable[str], mapped: Mapped) -> dict[str, int]:
    """Fields of ours to positions in a row; where two columns mean the same, the exact name wins, then the first.

    Raises UnknownLayout when rows could name no creator, no post or no time of reading.
    """
    names = [simplified(name) for name in header]
    known = meanings(mapped)
    found: dict[str, int] = {}
    for position, name in enumerate(names):
        field = known.get(name)
        if field is not None and (field not in found or (name == field and names[found[field]] != field)):
            found[field] = position
    for fields in (("handle", "url"), ("video_id", "url"), ("scraped_at",)):
        if not any(field in found for field in fields):
            reason = f"no column for {' or '.join(fields)} among {', '.join(names)[:200]}; name it in the mapping"
            raise UnknownLayout(reason=reason)
    return found
