"""Alerts that time or a count makes: readings that are overdue, posts that wait, limits, invitations to a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from trackagoat.events.catalogue.campaigns import CampaignCreated, CampaignDeleted, CampaignItemAdded
from trackagoat.events.catalogue.ingest import (
    CreatorAdded,
    CreatorAutoDisabled,
    CreatorReactivated,
    CreatorReenabled,
    CreatorRemoved,
    RosterClosed,
    ScrapeRequested,
    StatsSnapshotted,
    VideoAdded,
    VideoDiscovered,
    VideoRemoved,
    VideoReviewed,
    VideoTrackingDisabled,
)
from trackagoat.events.catalogue.ingest.speaker import JobKind
from trackagoat.events.catalogue.notifications import AlertCleared, AlertRaised
from trackagoat.events.catalogue.words import (
    CampaignId,
    CreatorId,
    InvitationId,
    KeyId,
    OrgId,
    ProjectId,
    UserId,
    VideoId,
)
from trackagoat.events.catalogue.workspace import (
    ApiKeyCreated,
    ApiKeyRevoked,
    InvitationAccepted,
    InvitationCreated,
    InvitationDeclined,
    MemberJoined,
    MemberRemoved,
    OrgBanned,
    OrgTierChanged,
    OrgUnbanned,
    OrgUpdated,
    ProjectCreated,
    ProjectDeleted,
)
from trackagoat.events.testing.play import said

ORG, PROJECT, CREATOR = OrgId(UUID(int=1)), ProjectId(UUID(int=2)), CreatorId(UUID(int=3))
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


async def kinds(desk: Any) -> list[str]:
    return [alert.kind for alert in await said(desk.db, AlertRaised)]


async def cleared(desk: Any) -> list[str]:
    return [alert.kind for alert in await said(desk.db, AlertCleared)]


async def told(desk: Any, at: datetime) -> list[str]:
    """What was raised when everything due until a minute after that has been done."""
    for now in (at, at, at + MINUTE, at + MINUTE, at + MINUTE):
        await desk.work(now)
    return await kinds(desk)


def read(at: datetime, kind: JobKind, creator: CreatorId = CREATOR) -> StatsSnapshotted:
    return StatsSnapshotted(project=PROJECT, creator_id=creator, source="simulator", fetched_at=at, kind=kind)


@pytest.fixture(autouse=True)
async def watched(desk: Any) -> None:
    """Ana is looked at."""
    await desk.hear(CreatorReenabled(creator=CREATOR, project=PROJECT, tiktok_handle="ana"))


class TestReadings:
    """The org of the desk wants profiles every 24 hours and posts every 6, and added ana when it began."""

    async def test_a_job_is_overdue_after_three_times_its_interval(self, desk: Any) -> None:
        assert await told(desk, desk.began + 18 * HOUR) == []
        assert await told(desk, desk.began + 18 * HOUR + MINUTE) == ["scrape_overdue"]
        [alert] = await said(desk.db, AlertRaised)
        assert (alert.severity, alert.entity.type, alert.entity.id) == ("warning", "creator", CREATOR)
        assert alert.payload == {
            "creator_id": str(CREATOR),
            "kind": "discover_videos",
            "last_scraped_at": None,
            "expected_interval_hours": 6,
        }
        assert alert.title == "@ana: the list of posts should have been read long ago"

    async def test_each_job_is_told_of_once_and_each_is_cleared_by_its_own_reading(self, desk: Any) -> None:
        late = desk.began + 4 * DAY
        assert await told(desk, late) == ["scrape_overdue"] * 2
        assert await told(desk, late + DAY) == ["scrape_overdue"] * 2
        await desk.hear(read(late + DAY, "creator_profiles"), at=late + DAY)
        await desk.work(late + DAY + MINUTE)
        assert await cleared(desk) == ["scrape_overdue"]
        rows = await desk.rows("SELECT payload, cleared_at IS NULL AS open FROM alerts WHERE kind = 'scrape_overdue'")
        assert {row["payload"]["kind"]: row["open"] for row in rows} == {
            "creator_profiles": False,
            "discover_videos": True,
        }

    async def test_readings_in_time_raise_nothing_and_call_for_no_look(self, desk: Any) -> None:
        at = desk.began
        await desk.work(at)
        for _ in range(8):
            at += 12 * HOUR
            before = await desk.rows("SELECT key, due_at, fence FROM due WHERE kind = 'watch'")
            await desk.hear(read(at, "discover_videos"), read(at, "creator_profiles"), at=at)
            assert await desk.rows("SELECT key, due_at, fence FROM due WHERE kind = 'watch'") == before
            assert await told(desk, at) == []

    async def test_a_reading_that_comes_within_the_minute_keeps_it_quiet(self, desk: Any) -> None:
        late = desk.began + 20 * HOUR
        await desk.work(late)
        assert [row["kind"] for row in await desk.rows("SELECT kind FROM due WHERE kind = 'tell'")] == ["tell"]
        await desk.hear(read(late, "discover_videos"), at=late)
        assert await told(desk, late + MINUTE) == []

    async def test_imports_and_readings_of_posts_are_no_look_at_the_creator(self, desk: Any) -> None:
        late = desk.began + 20 * HOUR
        imported = StatsSnapshotted(project=PROJECT, creator_id=CREATOR, source="import", fetched_at=late)
        await desk.hear(imported, read(late, "video_stats"), at=late)
        assert await told(desk, late) == ["scrape_overdue"]

    @pytest.mark.parametrize("how", ["disabled", "removed", "closed"])
    async def test_a_creator_that_is_not_read_is_not_overdue_and_what_stood_is_cleared(
        self, desk: Any, how: str
    ) -> None:
        late = desk.began + 20 * HOUR
        assert await told(desk, late) == ["scrape_overdue"]
        who: dict[str, Any] = {"creator": CREATOR, "project": PROJECT, "tiktok_handle": "ana"}
        end = {
            "disabled": CreatorAutoDisabled(**who, reason="private", failures=5, first_failure_at=desk.began),
            "removed": CreatorRemoved(**who),
            "closed": RosterClosed(project=PROJECT),
        }[how]
        await desk.hear(end, at=late)
        await desk.work(late + DAY)
        assert await told(desk, late + 9 * DAY) == ["scrape_overdue"] + ["creator_auto_disabled"] * (how == "disabled")
        assert await cleared(desk) == ["scrape_overdue"]

    async def test_who_is_enabled_again_has_the_whole_time(self, desk: Any) -> None:
        who: dict[str, Any] = {"creator": CREATOR, "project": PROJECT, "tiktok_handle": "ana"}
        await desk.hear(CreatorAutoDisabled(**who, reason="private", failures=5, first_failure_at=desk.began))
        await desk.hear(CreatorReenabled(**who), at=desk.began + 9 * DAY)
        assert await told(desk, desk.began + 9 * DAY + 17 * HOUR) == ["creator_auto_disabled"]

    async def test_a_shorter_interval_and_a_plan_s_floor_move_what_is_overdue(self, desk: Any) -> None:
        await desk.work(desk.began)
        await desk.hear(OrgUpdated(org=ORG, discover_videos_hours=1))
        assert await told(desk, desk.began + 4 * HOUR) == ["scrape_overdue"]
        await desk.hear(OrgTierChanged(org=ORG, before="self_hosted", after="free"), at=desk.began + 4 * HOUR)
        await desk.work(desk.began + 5 * HOUR)
        assert await cleared(desk) == ["scrape_overdue"]

    async def test_nothing_of_a_banned_org_is_overdue_until_it_may_work_again(self, desk: Any) -> None:
        await desk.hear(OrgBanned(org=ORG))
        assert await told(desk, desk.began + 9 * DAY) == []
        await desk.hear(OrgUnbanned(org=ORG), at=desk.began + 9 * DAY)
        assert await told(desk, desk.began + 9 * DAY + 17 * HOUR) == []
        assert await told(desk, desk.began + 9 * DAY + 19 * HOUR) == ["scrape_overdue"]


class TestInbox:
    async def found(self, desk: Any, n: int, at: datetime) -> VideoId:
        """A post of ana's that waits."""
        video = VideoId(UUID(int=n))
        seen = VideoDiscovered(
            video=video,
            project=PROJECT,
            creator_id=CREATOR,
            tiktok_video_id=str(n),
            url="https://www.tiktok.com/@ana/video/1",
            tracking_status="pending_review",
        )
        await desk.hear(seen, at=at)
        await desk.hear(read(at, "discover_videos"), read(at, "creator_profiles"), at=at)
        return video

    def review(self, video: VideoId) -> VideoReviewed:
        return VideoReviewed(video=video, project=PROJECT, creator_id=CREATOR, from_="pending_review", to="included")

    async def inbox(self, desk: Any, at: datetime) -> list[str]:
        return [kind for kind in await told(desk, at) if kind == "inbox_waiting"]

    async def test_a_post_that_waits_over_a_day_is_told_of_once_for_its_project(self, desk: Any) -> None:
        await desk.hear(ProjectCreated(project=PROJECT, name="Spring"))
        await self.found(desk, 70, desk.began)
        await self.found(desk, 71, desk.began + HOUR)
        assert await self.inbox(desk, desk.began + DAY) == []
        assert await self.inbox(desk, desk.began + DAY + MINUTE) == ["inbox_waiting"]
        assert await self.inbox(desk, desk.began + 3 * DAY) == ["inbox_waiting"]
        [alert] = [one for one in await said(desk.db, AlertRaised) if one.kind == "inbox_waiting"]
        assert (alert.severity, alert.entity.type, alert.project) == ("warning", "project", PROJECT)
        assert alert.payload == {
            "project_id": str(PROJECT),
            "pending_count": 2,
            "oldest_discovered_at": desk.began.isoformat().replace("+00:00", "Z"),
        }
        assert alert.title == "Spring: 2 posts in the Tracking Inbox"

    async def test_it_is_cleared_when_no_post_has_waited_so_long_and_told_again_later(self, desk: Any) -> None:
        first, second = await self.found(desk, 70, desk.began), await self.found(desk, 71, desk.began + 10 * HOUR)
        late = desk.began + 25 * HOUR
        assert await self.inbox(desk, late) == ["inbox_waiting"]
        await desk.hear(self.review(first), at=late)
        await desk.work(late + MINUTE)
        assert "inbox_waiting" in await cleared(desk)
        assert await self.inbox(desk, desk.began + 36 * HOUR) == ["inbox_waiting"] * 2
        await desk.hear(self.review(second), at=desk.began + 37 * HOUR)
        await desk.work(desk.began + 38 * HOUR)
        assert (await cleared(desk)).count("inbox_waiting") == 2

    async def test_posts_decided_on_in_time_raise_nothing(self, desk: Any) -> None:
        await desk.hear(self.review(await self.found(desk, 70, desk.began)), at=desk.began + 23 * HOUR)
        removed = await self.found(desk, 71, desk.began)
        await desk.hear(VideoRemoved(video=removed, project=PROJECT, creator_id=CREATOR), at=desk.began + HOUR)
        assert await self.inbox(desk, desk.began + 2 * DAY) == []

    async def test_posts_of_a_removed_creator_do_not_wait_until_it_comes_back(self, desk: Any) -> None:
        await self.found(desk, 70, desk.began)
        who: dict[str, Any] = {"creator": CREATOR, "project": PROJECT, "tiktok_handle": "ana"}
        await desk.hear(CreatorRemoved(**who), at=desk.began + HOUR)
        assert await self.inbox(desk, desk.began + 2 * DAY) == []
        again = CreatorReactivated(**who, tracking_mode="selective", tracking_start_date=desk.began.date())
        await desk.hear(again, at=desk.began + 2 * DAY)
        assert await self.inbox(desk, desk.began + 2 * DAY + MINUTE) == ["inbox_waiting"]

    async def test_a_project_that_is_gone_has_no_inbox(self, desk: Any) -> None:
        await self.found(desk, 70, desk.began)
        assert await self.inbox(desk, desk.began + 25 * HOUR) == ["inbox_waiting"]
        await desk.hear(RosterClosed(project=PROJECT), at=desk.began + 26 * HOUR)
        await desk.work(desk.began + 26 * HOUR)
        assert "inbox_waiting" in await cleared(desk)


class TestLimits:
    """Plan `starter`: 50 creators, 3 projects, 5 seats, 5 keys, 20 campaigns, 200 items, 500 videos, 10 scrapes."""

    @pytest.fixture(autouse=True)
    async def plan(self, desk: Any) -> None:
        await desk.hear(OrgTierChanged(org=ORG, before="self_hosted", after="starter"))

    async def limits(self, desk: Any, at: datetime) -> list[tuple[str, int, str]]:
        await told(desk, at)
        alerts = [one for one in await said(desk.db, AlertRaised) if one.kind == "limit_warning"]
        return [(one.payload["limit_key"], one.payload["threshold"], one.severity) for one in alerts]

    def member(self, n: int) -> MemberJoined:
        return MemberJoined(user=UserId(UUID(int=n)), role="member")

    async def test_a_limit_is_told_of_at_four_fifths_and_when_it_is_reached(self, desk: Any) -> None:
        await desk.hear(*(self.member(n) for n in range(10, 13)))
        assert await self.limits(desk, desk.began) == []
        await desk.hear(self.member(13))
        near = [("max_members_per_org", 80, "warning")]
        assert await self.limits(desk, desk.began + HOUR) == near
        [alert] = [one for one in await said(desk.db, AlertRaised) if one.kind == "limit_warning"]
        assert alert.payload == {"limit_key": "max_members_per_org", "current": 4, "max": 5, "threshold": 80}
        assert (alert.entity.type, alert.entity.id) == ("org", ORG)
        await desk.hear(self.member(14))
        full = [*near, ("max_members_per_org", 100, "critical")]
        assert await self.limits(desk, desk.began + 2 * HOUR) == full
        assert await self.limits(desk, desk.began + 3 * HOUR) == full

    async def test_it_is_armed_again_under_seven_tenths_and_not_before(self, desk: Any) -> None:
        await desk.hear(*(self.member(n) for n in range(10, 14)))
        await self.limits(desk, desk.began)
        gone = [MemberRemoved(user=UserId(UUID(int=n)), role="member") for n in (10, 11)]
        await desk.hear(gone[0], at=desk.began + HOUR)
        assert len(await self.limits(desk, desk.began + HOUR)) == 1
        assert (await cleared(desk)).count("limit_warning") == 1, "three of five are under seven tenths"
        await desk.hear(self.member(10), at=desk.began + 2 * HOUR)
        assert len(await self.limits(desk, desk.began + 2 * HOUR)) == 2

    async def test_between_seven_and_eight_tenths_it_stays_as_it_is(self, desk: Any) -> None:
        campaigns = [CampaignId(UUID(int=n)) for n in range(200, 216)]
        await desk.hear(ProjectCreated(project=PROJECT, name="Spring"))
        await desk.hear(*(CampaignCreated(campaign=c, project=PROJECT, name="C") for c in campaigns))
        assert await self.limits(desk, desk.began) == [("max_campaigns_per_project", 80, "warning")]
        await desk.hear(*(CampaignDeleted(campaign=c, project=PROJECT) for c in campaigns[:2]))
        await self.limits(desk, desk.began + HOUR)
        assert "limit_warning" not in await cleared(desk)
        await desk.hear(CampaignDeleted(campaign=campaigns[2], project=PROJECT))
        await self.limits(desk, desk.began + 2 * HOUR)
        assert "limit_warning" in await cleared(desk)

    async def test_campaigns_of_a_project_that_is_gone_count_no_longer(self, desk: Any) -> None:
        made = [CampaignCreated(campaign=CampaignId(UUID(int=n)), project=PROJECT, name="C") for n in range(200, 220)]
        await desk.hear(*made, ProjectCreated(project=PROJECT, name="Spring"))
        assert await self.limits(desk, desk.began) == [("max_campaigns_per_project", 100, "critical")]
        await desk.hear(ProjectDeleted(project=PROJECT))
        await desk.work(desk.began + HOUR)
        assert "limit_warning" in await cleared(desk)

    async def test_creators_count_while_they_are_active(self, desk: Any) -> None:
        start = desk.began.date()
        ids = [CreatorId(UUID(int=n)) for n in range(300, 349)]
        await desk.hear(
            *(CreatorAdded(creator=c, project=PROJECT, tiktok_handle="x", tracking_start_date=start) for c in ids)
        )
        assert await self.limits(desk, desk.began) == [("max_creators_per_org", 100, "critical")]
        await desk.hear(*(CreatorRemoved(creator=c, project=PROJECT, tiktok_handle="x") for c in ids[:16]))
        await desk.work(desk.began + HOUR)
        assert "limit_warning" in await cleared(desk)

    async def test_seats_are_members_and_invitations_that_wait(self, desk: Any) -> None:
        who: dict[str, Any] = {"role": "member", "expires_at": desk.began + 7 * DAY}
        token: dict[str, Any] = {"nonce": UUID(int=1), "digest": "", "email": "", "email_hash": ""}
        await desk.hear(*(self.member(n) for n in range(10, 13)))
        await desk.hear(InvitationCreated(invitation=InvitationId(UUID(int=20)), **who, **token))
        assert await self.limits(desk, desk.began) == [("max_members_per_org", 80, "warning")]
        await desk.hear(InvitationDeclined(invitation=InvitationId(UUID(int=20)), **who))
        await desk.work(desk.began + HOUR)
        assert "limit_warning" in await cleared(desk)

    async def test_a_key_counts_until_it_is_revoked_or_its_time_is_over(self, desk: Any) -> None:
        what: dict[str, Any] = {"name": "k", "prefix": "tga_1", "scopes": []}
        ends = desk.began + 2 * HOUR
        for n in range(40, 44):
            await desk.hear(ApiKeyCreated(key=KeyId(UUID(int=n)), digest="", expires_at=ends, **what))
        assert await self.limits(desk, desk.began) == [("max_api_keys_per_org", 80, "warning")]
        await desk.work(ends)
        assert "limit_warning" in await cleared(desk)
        await desk.hear(*(ApiKeyCreated(key=KeyId(UUID(int=n)), digest="", **what) for n in range(50, 53)))
        await desk.hear(ApiKeyRevoked(key=KeyId(UUID(int=50)), **what))
        assert len(await self.limits(desk, ends + HOUR)) == 1

    async def test_videos_added_by_url_count_while_they_are_refreshed(self, desk: Any) -> None:
        await desk.hear(OrgTierChanged(org=ORG, before="starter", after="free"))
        ids = [VideoId(UUID(int=n)) for n in range(400, 420)]
        url = "https://www.tiktok.com/@x/video/1"
        await desk.hear(*(VideoAdded(video=v, project=PROJECT, tiktok_video_id=str(v.int), url=url) for v in ids))
        assert ("max_tracked_videos_per_org", 80, "warning") in await self.limits(desk, desk.began)
        await desk.hear(*(VideoTrackingDisabled(video=v, project=PROJECT, reason="manual") for v in ids[:4]))
        await desk.work(desk.began + HOUR)
        rows = await desk.rows("SELECT payload FROM alerts WHERE kind = 'limit_warning' AND cleared_at IS NOT NULL")
        assert "max_tracked_videos_per_org" in {row["payload"]["limit_key"] for row in rows}

    async def test_items_of_a_campaign_count_for_that_campaign(self, desk: Any) -> None:
        await desk.hear(OrgTierChanged(org=ORG, before="starter", after="free"))
        campaign, other = CampaignId(UUID(int=200)), CampaignId(UUID(int=201))
        for place in (campaign, other):
            await desk.hear(
                *(
                    CampaignItemAdded(campaign=place, project=PROJECT, item_type="video", item=UUID(int=n))
                    for n in range(500, 516 if place == campaign else 510)
                )
            )
        await told(desk, desk.began)
        [alert] = [
            one
            for one in await said(desk.db, AlertRaised)
            if one.payload.get("limit_key") == "max_campaign_items_per_campaign"
        ]
        assert (alert.entity.type, alert.entity.id, alert.payload["current"]) == ("campaign", campaign, 16)

    async def test_a_daily_limit_is_told_of_anew_on_the_next_day(self, desk: Any) -> None:
        today = desk.began.date()
        for day, times in ((today, 1), (today + DAY, 2)):
            at = desk.began + (day - today)
            await desk.hear(
                *(ScrapeRequested(project=PROJECT, kinds=["discover_videos"], day=day) for _ in range(8)), at=at
            )
            key = ("max_manual_scrape_triggers_per_day", 80, "warning")
            assert (await self.limits(desk, at)).count(key) == times
        assert (await cleared(desk)).count("limit_warning") == 1

    async def test_a_bigger_plan_ends_the_warning(self, desk: Any) -> None:
        await desk.hear(*(self.member(n) for n in range(10, 14)))
        await self.limits(desk, desk.began)
        await desk.hear(OrgTierChanged(org=ORG, before="starter", after="self_hosted"))
        await desk.work(desk.began + HOUR)
        assert "limit_warning" in await cleared(desk)

    async def test_a_peak_that_is_over_within_a_minute_is_not_told_of(self, desk: Any) -> None:
        """Facts of the past, heard again after a pause, may be followed by others that end what they say."""
        await desk.hear(*(self.member(n) for n in range(10, 15)))
        await desk.work(desk.began)
        await desk.hear(*(MemberRemoved(user=UserId(UUID(int=n)), role="member") for n in range(10, 15)))
        assert await self.limits(desk, desk.began + MINUTE) == []


class TestInvitations:
    ABOUT: dict[str, Any] = {"invitation": InvitationId(UUID(int=20)), "role": "admin"}

    def made(self, desk: Any, known: int | None) -> InvitationCreated:
        return InvitationCreated(
            **self.ABOUT,
            email="sealed",
            email_hash="x",
            nonce=UUID(int=1),
            digest="d",
            expires_at=desk.began + 7 * DAY,
            known=None if known is None else UserId(UUID(int=known)),
            org_name=None if known is None else "Blue",
        )

    async def test_an_invitation_to_somebody_registered_is_told_to_that_person_alone(
        self, desk: Any, receiver: Any
    ) -> None:
        await desk.open(receiver.url)
        await desk.hear(self.made(desk, known=9))
        [row] = await desk.rows("SELECT kind, severity, addressee, title, payload FROM alerts")
        assert (row["kind"], row["severity"], row["addressee"]) == ("invitation_received", "info", UUID(int=9))
        assert row["title"] == "You are invited to Blue"
        assert set(row["payload"]) == {"invitation_id", "org_name", "role", "expires_at"}
        assert await desk.rows("SELECT * FROM deliveries") == []
        assert await desk.rows("SELECT * FROM public_events WHERE type = 'alert.raised'") == []

    async def test_an_invitation_to_somebody_new_is_told_to_nobody(self, desk: Any) -> None:
        await desk.hear(self.made(desk, known=None))
        assert await kinds(desk) == []

    async def test_an_answer_clears_it_and_admins_are_told_who_came(self, desk: Any, receiver: Any) -> None:
        await desk.open(receiver.url)
        await desk.hear(self.made(desk, known=9))
        email = "sealed.v1.00000000-0000-0000-0000-000000000014.abc"
        accepted = InvitationAccepted(**self.ABOUT, user=UserId(UUID(int=9)), expires_at=desk.began, email=email)
        await desk.hear(accepted)
        assert await cleared(desk) == ["invitation_received"]
        [row] = await desk.rows("SELECT for_admins, payload, title FROM alerts WHERE kind = 'invitation_accepted'")
        assert (row["for_admins"], row["payload"]["email"], row["payload"]["role"]) == (True, email, "admin")
        await desk.work(desk.began + DAY)
        [(_, body)] = receiver.got
        assert b"sealed.v1" not in body
        assert b'"email":null' in body


async def test_a_rebuild_comes_to_the_same_rows_and_tells_nothing_twice(desk: Any) -> None:
    facts = [OrgTierChanged(org=ORG, before="self_hosted", after="starter")]
    facts += [MemberJoined(user=UserId(UUID(int=n)), role="member") for n in range(10, 14)]  # type: ignore[misc]
    await desk.hear(*facts)
    before = await told(desk, desk.began)
    assert before == ["limit_warning"]
    rows = await desk.rows("SELECT * FROM holds ORDER BY thing")
    await desk.db.execute("DELETE FROM holds")
    await desk.hear(*facts)
    assert await desk.rows("SELECT * FROM holds ORDER BY thing") == rows
    assert await told(desk, desk.began + HOUR) == before
