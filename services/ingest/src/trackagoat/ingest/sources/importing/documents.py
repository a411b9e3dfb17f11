"""JSON lines and yt-dlp's info dicts: one document a line, to rows of cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from trackagoat.ingest.sources.importing.columns import Mapped, meanings, simplified
from trackagoat.ingest.sources.importing.rows import Cells, RowWarning

_YTDLP = {
    "id": "video_id",
    "uploader": "handle",
    "webpage_url": "url",
    "timestamp": "posted_at",
    "duration": "duration",
    "thumbnail": "thumbnail_url",
    "view_count": "views",
    "like_count": "likes",
    "comment_count": "comments",
    "repost_count": "shares",
    "save_count": "saves",
    "channel_follower_count": "followers",
    "epoch": "scraped_at",
}
"""yt-dlp's fields to ours. `uploader` is the handle (`uploader_id` a number), `epoch` the time of reading."""


def read_documents(lines: Iterable[str], mapped: Mapped) -> Iterator[tuple[int, Cells] | RowWarning]:
    """Each reading with the number of its line; a playlist of yt-dlp gives one for each of its entries.

    Raises UnknownLayout for a mapping to a field that does not exist.
    """
    known = meanings(mapped)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError):
            yield RowWarning(line=number, reason="not a JSON document on one line", skipped=True)
            continue
        if not isinstance(document, dict):
            yield RowWarning(line=number, reason="not a JSON object", skipped=True)
        elif _is_ytdlp(document):
            yield from ((number, cells) for cells in _ytdlp(document))
        else:
            yield number, _named(document, known)


def _named(document: Mapping[str, object], known: Mapping[str, str]) -> Cells:
    """The members of an object under our names; a member called exactly like a field wins."""
    found: dict[str, object] = {}
    for name, value in document.items():
        field = known.get(simplified(name))
        if field is not None and (field not in found or name == field):
            found[field] = value
    return found


def _is_ytdlp(document: Mapping[str, object]) -> bool:
    return any("tiktok" in str(document.get(name, "")).lower() for name in ("extractor", "extractor_key", "ie_key"))


def _ytdlp(document: Mapping[str, object], above: Cells | None = None) -> Iterator[Cells]:
    """The readings of an info dict. What a playlist says once (who, when read) holds for its entries."""
    above = above or {}
    own = {field: document[name] for name, field in _YTDLP.items() if document.get(name) is not None}
    own = {field: value for field, value in above.items() if field not in own} | own
    entries = document.get("entries")
    if isinstance(entries, list):
        inherited: dict[str, object] = {field: own[field] for field in ("scraped_at", "followers") if field in own}
        if document.get("extractor_key") == "TikTokUser":
            inherited["handle"] = document["title"]
        for entry in entries:
            if isinstance(entry, dict):
                yield from _ytdlp(entry, inherited)
        return
    own["title"] = document.get("description") or document.get("title")
    own["display_name"] = document.get("channel") or document.get("creator")
    if "url" not in own:
        own["url"] = document.get("url")
    yield own
