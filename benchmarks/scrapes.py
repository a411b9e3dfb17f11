"""Scrapes to record: creators with fifteen posts each, whose counters grow from round to round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from trackagoat.events import clock
from trackagoat.events.catalogue.ingest import AddCreator, Post, ProfileReading, RecordScrape
from trackagoat.events.catalogue.words import CreatorId, OrgId, ProjectId

BATCH = 64
"""Scrapes recorded at once, as due work does."""
POSTS = 15
START = datetime.combine(clock.now().date(), time(), UTC) - timedelta(days=20)
"""So lately that no plan would have pruned it: what comes later than that is looked through for what has to go."""
SOURCE = "simulator"


class Program:
    """One org with one project and its creators."""

    def __init__(self, batches: int) -> None:
        """`batches` of creators, each scraped together."""
        self.org, self.project = OrgId(clock.new_id()), ProjectId(clock.new_id())
        self.creators = [CreatorId(clock.new_id()) for _ in range(batches * BATCH)]
        self._numbers = {creator: number for number, creator in enumerate(self.creators)}

    def additions(self) -> list[AddCreator]:
        """Every creator."""
        day = START.date()
        return [
            AddCreator(creator=c, project=self.project, tiktok_handle=f"goat{n}", today=day, tracking_start_date=day)
            for c, n in self._numbers.items()
        ]

    def batches(self) -> Iterator[Sequence[CreatorId]]:
        """The creators, a batch at a time."""
        for first in range(0, len(self.creators), BATCH):
            yield self.creators[first : first + BATCH]

    def scrape(self, creator: CreatorId, number: int) -> RecordScrape:
        """The creator as it was seen that time, some hours after the last."""
        return RecordScrape(
            creator=creator,
            project=self.project,
            source=SOURCE,
            fetched_at=START + timedelta(hours=6 * number),
            tracking_mode="auto",
            profile=ProfileReading(followers=1000 + number, total_likes=5000 + number, video_count=POSTS),
            posts=[self._post(self._numbers[creator] * POSTS + k, number) for k in range(POSTS)],
        )

    def _post(self, post: int, number: int) -> Post:
        return Post(
            tiktok_video_id=str(7_400_000_000_000_000_000 + post),
            url=f"https://www.tiktok.com/@goat/video/{7_400_000_000_000_000_000 + post}",
            posted_at=START - timedelta(days=2),
            title="A day with the goats",
            author_handle="goat",
            views=1000 + 37 * number + post,
            likes=100 + 5 * number,
            comments=10 + number,
            shares=5 + number,
            saves=3 + number,
        )
