"""What is asked while things go wrong: a program of creators, posts, campaigns and goals that follows from a seed.

Each lane is one project; its steps are asked in order, lanes go side by side. Steps are made without looking at the
answers, so some are refused, which is part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - the load is a function of its seed
from uuid import UUID, uuid5

import msgspec

from trackagoat.events.catalogue.campaigns import AddItem, CreateCampaign, DeleteCampaign, RemoveItem, UpdateCampaign
from trackagoat.events.catalogue.goals import DeleteGoal, Period, SetGoal, UpdateGoal
from trackagoat.events.catalogue.ingest import (
    AddCreator,
    AddVideo,
    Post,
    ProfileReading,
    RecordScrape,
    RemoveCreator,
    RemoveVideo,
    ReviewVideo,
    UpdateCreator,
)
from trackagoat.events.catalogue.words import (
    CampaignId,
    Command,
    CreatorId,
    GoalId,
    ItemType,
    OrgId,
    ProjectId,
    video_id,
)
from trackagoat.events.catalogue.workspace import CreateProject

SEEDS = UUID("5b6f3a52-4f0e-5f3b-8f4e-6e8b1c7a9d10")
SOURCE = "chaos"
CREATORS, CAMPAIGNS = 5, 5
BACK = timedelta(days=40)
"""How far back history reaches."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Commands of one class, asked under one id: `copies` times at once, and `later` once more after so many seconds.

    `patient`: asked until there is an answer; otherwise once, with little time to answer.
    """

    org: OrgId
    command_id: UUID
    commands: tuple[Command, ...]
    copies: int = 1
    later: float | None = None
    patient: bool = True


class Lane:
    """One project of an org, and what this generator believes to be in it."""

    def __init__(self, seed: int, org: OrgId, number: int, now: datetime) -> None:
        """`now` is when the run began; everything is dated from it."""
        self.org, self._now = org, now
        self._name = f"{seed}/{org}/{number}"
        self.project = ProjectId(self._id("project"))
        self._chance = Random(self._name)  # noqa: S311 - seeded, so that it can be repeated
        self._count = 0
        self._posts: dict[int, list[tuple[str, datetime]]] = {n: [] for n in range(CREATORS)}
        self._scrapes: list[RecordScrape] = []
        self._items: list[tuple[CampaignId, ItemType, UUID]] = []
        self._goals: list[tuple[GoalId, CreatorId]] = []
        self._made = CAMPAIGNS

    def _id(self, what: str) -> UUID:
        return uuid5(SEEDS, f"{self._name}/{what}")

    def _creator(self, n: int) -> CreatorId:
        return CreatorId(self._id(f"creator {n}"))

    def _campaign(self, n: int) -> CampaignId:
        return CampaignId(self._id(f"campaign {n}"))

    def beginning(self) -> Iterator[Step]:
        """What has to be there before anything else is asked."""
        yield self._plainly(CreateProject(project=self.project, name=f"Lane {self._name}"))
        yield self._plainly(*(self._enlisting(n) for n in range(CREATORS)))
        yield self._plainly(*(self._opening(n) for n in range(CAMPAIGNS)))

    def _plainly(self, *commands: Command) -> Step:
        self._count += 1
        return Step(org=self.org, command_id=self._id(f"ask {self._count}"), commands=commands)

    def steps(self) -> Iterator[Step]:
        """Whatever comes, for ever."""
        kinds: dict[Callable[[], tuple[Command, ...]], int] = {
            self._scrape: 40,
            self._same_scrape: 6,
            self._review: 10,
            self._remove_video: 4,
            self._add_video: 6,
            self._remove_creator: 2,
            self._enlist: 5,
            self._set_creator: 3,
            self._add_items: 12,
            self._take_item: 5,
            self._campaigns: 4,
            self._set_goal: 10,
            self._change_goal: 3,
        }
        while True:
            (kind,) = self._chance.choices(list(kinds), list(kinds.values()))
            copies = self._chance.choice((1, 1, 1, 1, 2, 3))
            later = self._chance.uniform(0.5, 8) if self._chance.random() < 0.1 else None  # noqa: PLR2004 - a tenth
            patient = self._chance.random() >= 0.05  # noqa: PLR2004 - one in twenty
            if commands := kind():
                step = self._plainly(*commands)
                yield msgspec.structs.replace(step, copies=copies, later=later, patient=patient)

    # -- creators and posts ----------------------------------------------------------------------------------

    def _handle(self, n: int) -> str:
        return f"chaos{n}"

    def _enlisting(self, n: int) -> AddCreator:
        return AddCreator(
            creator=self._creator(n),
            project=self.project,
            tiktok_handle=self._handle(n),
            today=self._now.date(),
            tracking_mode="selective" if n == 0 else None,
        )

    def _someone(self) -> int:
        return self._chance.randrange(CREATORS)

    def _enlist(self) -> tuple[Command, ...]:
        return (self._enlisting(self._someone()),)

    def _remove_creator(self) -> tuple[Command, ...]:
        return (RemoveCreator(creator=self._creator(self._someone())),)

    def _set_creator(self) -> tuple[Command, ...]:
        metadata = {"turn": self._chance.randrange(100)}
        return (UpdateCreator(creator=self._creator(self._someone()), metadata=metadata),)

    def _scrape(self) -> tuple[Command, ...]:
        return tuple(self._scraped(n) for n in self._chance.sample(range(CREATORS), self._chance.choice((1, 1, 2))))

    def _scraped(self, n: int) -> RecordScrape:
        """Old and new posts as seen at some instant of the last weeks, in no order: much comes late."""
        late = timedelta(seconds=self._chance.uniform(0, BACK.total_seconds()) if self._chance.random() < 0.5 else 1)  # noqa: PLR2004 - half
        fetched_at = self._now - late
        known = [post for post in self._posts[n] if post[1] <= fetched_at]
        fresh = [self._post(fetched_at) for _ in range(self._chance.choice((0, 1, 1, 2)))]
        self._posts[n] += fresh
        seen = self._chance.sample(known, min(len(known), 6)) + fresh
        scrape = RecordScrape(
            creator=self._creator(n),
            project=self.project,
            source=SOURCE,
            fetched_at=fetched_at + timedelta(microseconds=self._chance.randrange(1000)),
            tracking_mode="selective" if n == 0 else "auto",
            profile=ProfileReading(followers=self._chance.randrange(10_000)) if self._chance.random() < 0.5 else None,  # noqa: PLR2004 - half
            posts=[self._counted(n, *post) for post in seen],
        )
        self._scrapes.append(scrape)
        return scrape

    def _post(self, before: datetime) -> tuple[str, datetime]:
        posted_at = before - timedelta(seconds=self._chance.uniform(0, 10 * 86_400))
        return str(self._chance.randrange(10**18, 10**19)), posted_at

    def _counted(self, n: int, post: str, posted_at: datetime) -> Post:
        """Counters may be unknown, and may fall: platforms correct themselves."""
        views = self._chance.choice((None, *(self._chance.randrange(100_000) for _ in range(5))))
        return Post(
            tiktok_video_id=post,
            url=f"https://www.tiktok.com/@{self._handle(n)}/video/{post}",
            posted_at=posted_at,
            author_handle=self._handle(n),
            views=views,
            likes=self._chance.randrange(1000),
            comments=self._chance.choice((None, self._chance.randrange(100))),
        )

    def _same_scrape(self) -> tuple[Command, ...]:
        """A scrape that was recorded already, under another id and with other figures: the first one stands."""
        if not self._scrapes:
            return ()
        scrape = self._chance.choice(self._scrapes)
        posts = [msgspec.structs.replace(post, views=self._chance.randrange(100_000)) for post in scrape.posts]
        return (msgspec.structs.replace(scrape, posts=posts),)

    def _some_post(self) -> tuple[int, str] | None:
        n = self._someone()
        return (n, self._chance.choice(self._posts[n])[0]) if self._posts[n] else None

    def _review(self) -> tuple[Command, ...]:
        found = self._some_post()
        if found is None:
            return ()
        decision = self._chance.choice(("include", "include", "exclude"))
        return (ReviewVideo(video=video_id(self.project, found[1]), project=self.project, decision=decision),)  # type: ignore[arg-type]  # one of the two

    def _remove_video(self) -> tuple[Command, ...]:
        found = self._some_post()
        return () if found is None else (RemoveVideo(video=video_id(self.project, found[1]), project=self.project),)

    def _add_video(self) -> tuple[Command, ...]:
        """A post by its URL: a known one, a new one of a creator, or one of somebody nobody tracks."""
        found = self._some_post() if self._chance.random() < 0.5 else None  # noqa: PLR2004 - half
        n, post = found or (self._someone(), self._post(self._now)[0])
        handle = self._chance.choice((self._handle(n), "somebody_else"))
        url = f"https://www.tiktok.com/@{handle}/video/{post}"
        return (AddVideo(project=self.project, url=url, now=self._now),)

    # -- campaigns -------------------------------------------------------------------------------------------

    def _opening(self, n: int) -> CreateCampaign:
        return CreateCampaign(campaign=self._campaign(n), project=self.project, name=f"Campaign {n}")

    def _some_campaign(self) -> CampaignId:
        return self._campaign(self._chance.randrange(self._made))

    def _campaigns(self) -> tuple[Command, ...]:
        match self._chance.randrange(4):
            case 0:
                return (DeleteCampaign(campaign=self._some_campaign(), project=self.project),)
            case 1:
                views = self._chance.randrange(1, 10**6)
                return (UpdateCampaign(campaign=self._some_campaign(), project=self.project, target_views=views),)
            case _:
                self._made += 1
                return (self._opening(self._made - 1),)

    def _add_items(self) -> tuple[Command, ...]:
        places = [self._place() for _ in range(self._chance.choice((1, 2, 3)))]
        self._items += places
        return tuple(AddItem(campaign=c, project=self.project, item_type=kind, item=i) for c, kind, i in places)

    def _place(self) -> tuple[CampaignId, ItemType, UUID]:
        kind = self._chance.choice(("creator", "creator", "video", "campaign", "campaign"))
        found = self._some_post() if kind == "video" else None
        if found is not None:
            return self._some_campaign(), "video", video_id(self.project, found[1])
        if kind == "campaign":
            return self._some_campaign(), "campaign", self._some_campaign()
        return self._some_campaign(), "creator", self._creator(self._someone())

    def _take_item(self) -> tuple[Command, ...]:
        if not self._items:
            return ()
        campaign, kind, item = self._chance.choice(self._items)
        return (RemoveItem(campaign=campaign, project=self.project, item_type=kind, item=item),)

    # -- goals -----------------------------------------------------------------------------------------------

    def _set_goal(self) -> tuple[Command, ...]:
        creator = self._creator(self._someone())
        metric = self._chance.choice(("posts", "views"))
        period: Period = self._chance.choice(("daily", "weekly", "weekly", "monthly"))
        start, end = self._dates(period)
        goal = GoalId(self._id(f"goal {self._count}"))
        self._goals.append((goal, creator))
        target = self._chance.randrange(1, 5) if metric == "posts" else self._chance.randrange(1, 200_000)
        wanted = SetGoal(
            goal=goal,
            creator=creator,
            project=self.project,
            metric=metric,  # type: ignore[arg-type]  # one of the two
            period=period,
            target_value=Decimal(target),
            start_date=start,
            end_date=end,
        )
        return (wanted,)

    def _dates(self, period: Period) -> tuple[date, date | None]:
        """A stretch of weeks that is over, or this one without an end."""
        today = self._now.date()
        monday = today - timedelta(days=today.weekday())
        if period == "weekly" and self._chance.random() < 0.6:  # noqa: PLR2004 - most
            first = monday - timedelta(weeks=self._chance.randrange(1, 5))
            return first, monday - timedelta(days=1)
        return (today if period == "daily" else today.replace(day=1)), None

    def _change_goal(self) -> tuple[Command, ...]:
        if not self._goals:
            return ()
        goal, creator = self._chance.choice(self._goals)
        if self._chance.random() < 0.5:  # noqa: PLR2004 - half
            return (DeleteGoal(goal=goal, creator=creator),)
        return (UpdateGoal(goal=goal, creator=creator, target_value=Decimal(self._chance.randrange(1, 9))),)
