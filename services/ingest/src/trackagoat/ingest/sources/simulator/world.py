"""The simulated TikTok as it truly is at any instant: a pure function of seed, handle and time."""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice

import msgspec

from trackagoat.events.catalogue.ingest import InvalidUrl, Post, ProfileReading, UnresolvableUrl
from trackagoat.events.catalogue.words import ContentType, Counters
from trackagoat.ingest.domain.tiktok import FIRST_POST, PostUrl, canonical_url, handle_key, post_url
from trackagoat.ingest.sources.simulator.chance import between, throw, throws
from trackagoat.ingest.sources.simulator.fate import (
    CORRECTED,
    DELETED,
    LONGEST_DOUBT,
    PHOTO,
    VIRAL,
    Fate,
    counters,
    fate,
    is_visible,
    make_id,
)
from trackagoat.ingest.sources.simulator.personality import DAY, Personality, personality

_TOPICS = ("Morning routine", "Behind the scenes", "Three things I learned", "Q & A", "Before and after", "Taste test")
_TAGS = ("fyp", "smallbusiness", "learnontiktok", "dayinmylife", "grwm", "foodtok")


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A TikTok grown from a seed. Accounts join in the half year before `epoch`; before that there is nothing.

    `unknown` in a thousand readings of a post hide one of its counters for an hour.
    """

    seed: str = "trackagoat"
    epoch: datetime = datetime(2025, 7, 1, tzinfo=UTC)
    unknown: int = 10

    def personality(self, handle: str) -> Personality:
        """The kind of account that handle is."""
        return personality(self.seed, handle)

    def joined(self, handle: str) -> datetime:
        """When the account was opened."""
        age = between(1, 180 * DAY, throw(self.seed, "joined", handle_key(handle)))
        return datetime.fromtimestamp(int(self.epoch.timestamp()) - age, UTC)

    def profile_at(self, handle: str, at: datetime) -> ProfileReading:
        """The profile of an account that is open at that instant."""
        key, dice = handle_key(handle), throws(self.seed, "profile", handle_key(handle))
        low, high = self.personality(handle).sizes
        base = between(16, 31, dice[0]) << (between(low, high, dice[1]) // 16 + 2)
        days = int((at - self.joined(handle)).total_seconds()) // DAY
        followers = max(0, base + base * days * between(-200, 2_000, dice[2]) // 1_000_000)
        return ProfileReading(
            followers=followers,
            following=between(10, 1_500, dice[3]),
            total_likes=base * between(8, 40, dice[4]) * (days + 100) // 100,
            video_count=self._video_count(handle, at),
            display_name=" ".join(key.replace(".", " ").replace("_", " ").replace("-", " ").title().split()) or key,
            bio=f"{_TOPICS[dice[5] % len(_TOPICS)]} and more. Simulated.",
        )

    def posts_at(self, handle: str, at: datetime, *, before: datetime | None = None) -> Iterator[Post]:
        """The visible posts of an account, newest first, with their true counters.

        `before`: only those posted before that instant.
        """
        second = int(at.timestamp())
        for post_id in self._ids(handle, at, before=before):
            yield self._post(handle, post_id, fate(self.seed, post_id), second)

    def pinned_at(self, handle: str, at: datetime) -> list[Post]:
        """The posts an account has pinned: the last visible ones of its first 60 days."""
        wanted = self.personality(handle).pinned
        if not wanted:
            return []
        first = self.joined(handle).timestamp() + 60 * DAY
        early = self.posts_at(handle, at, before=datetime.fromtimestamp(first, UTC))
        return list(islice(early, wanted))

    def counters_at(self, tiktok_video_id: str, at: datetime) -> Counters | None:
        """The true counters of a post; None while it is not out, or taken down."""
        one, second = fate(self.seed, tiktok_video_id), int(at.timestamp())
        early = one.born < int(FIRST_POST.timestamp())
        return None if early or not is_visible(one, second) else counters(one, second)

    def short_link(self, url: str) -> str:
        """The link that people share instead of the URL of a post: what the URL says, in letters and digits."""
        post = post_url(url)
        said = f"{post.handle}/{post.content_type}/{post.tiktok_video_id}".encode()
        return f"https://vm.tiktok.com/{b32encode(said).decode().rstrip('=')}"

    def led(self, link: str) -> PostUrl | None:
        """The post that a link made here leads to; None for any other link."""
        code = link.rstrip("/").rpartition("/")[2]
        try:
            return post_url(f"https://www.tiktok.com/@{b32decode(code + '=' * (-len(code) % 8)).decode()}")
        except (ValueError, InvalidUrl, UnresolvableUrl):
            return None

    def veiled(self, tiktok_video_id: str, true: Counters, at: datetime) -> dict[str, int | None]:
        """The five counters as a reading at that instant shows them: now and then one is unknown."""
        shown = {name: getattr(true, name) for name in Counters.__struct_fields__}
        dice = throw(self.seed, "veil", tiktok_video_id, int(at.timestamp()) // 3600)
        if dice % 1000 < self.unknown:
            shown[Counters.__struct_fields__[dice // 1000 % 5]] = None
        return shown

    def _video_count(self, handle: str, at: datetime) -> int:
        """How many posts are visible; the old ones, whose fate is sealed, are counted once a month."""
        month = int(at.timestamp()) // LONGEST_DOUBT - 1
        edge = datetime.fromtimestamp(month * LONGEST_DOUBT, UTC)
        return _survivors(self, handle_key(handle), edge) + sum(1 for _ in self._ids(handle, at, since=edge))

    def _ids(
        self, handle: str, at: datetime, *, before: datetime | None = None, since: datetime | None = None
    ) -> Iterator[str]:
        """Ids of the posts visible at `at`, newest first; only those posted at or after `since`, before `before`."""
        kind, key = self.personality(handle), handle_key(handle)
        second = int(at.timestamp())
        last = second if before is None else min(second, int(before.timestamp()) - 1)
        first = int(max(filter(None, (self.joined(handle), since))).timestamp())
        for slot in range(last // kind.every, first // kind.every - 1, -1):
            for born, dice in _slot(self.seed, key, kind, slot):
                if not first <= born <= last:
                    continue
                marks = _marks(kind, dice)
                post_id = make_id(born, between(*kind.sizes, dice[1]), marks, dice[2])
                if not marks & DELETED or is_visible(fate(self.seed, post_id), second):
                    yield post_id

    def _post(self, handle: str, post_id: str, one: Fate, second: int) -> Post:
        dice = throws(self.seed, "post", post_id)
        kind: ContentType = "photo" if one.marks & PHOTO else "video"
        true = counters(one, second)
        return Post(
            tiktok_video_id=post_id,
            url=canonical_url(handle, post_id, kind),
            content_type=kind,
            posted_at=datetime.fromtimestamp(one.born, UTC),
            title=f"{_TOPICS[dice[0] % len(_TOPICS)]} #{_TAGS[dice[1] % len(_TAGS)]}",
            author_handle=handle,
            duration_seconds=None if kind == "photo" else between(8, 180, dice[2]),
            views=true.views,
            likes=true.likes,
            comments=true.comments,
            shares=true.shares,
            saves=true.saves,
        )


@lru_cache(maxsize=10_000)
def _survivors(world: World, key: str, edge: datetime) -> int:
    """How many posts from before `edge` are there to stay."""
    sealed = edge + timedelta(seconds=LONGEST_DOUBT)
    return sum(1 for _ in world._ids(key, sealed, before=edge))  # noqa: SLF001 - its own memory


def _slot(seed: str, key: str, kind: Personality, slot: int) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Posting times and dice of the posts of one slot, newest first."""
    start = slot * kind.every + throw(seed, "slot", key, slot) % (kind.every - kind.spread)
    step = kind.spread // kind.batch
    for number in range(kind.batch - 1, -1, -1):
        dice = throws(seed, "draft", key, slot, number)
        yield start + number * step + dice[0] % step, dice


def _marks(kind: Personality, dice: tuple[int, ...]) -> int:
    """Which of the special fates a new post gets."""
    chances = ((VIRAL, kind.viral), (CORRECTED, kind.corrected), (DELETED, kind.deleted), (PHOTO, kind.photos))
    return sum(mark for (mark, chance), die in zip(chances, dice[3:], strict=False) if die % 1000 < chance)
