"""Scrape jobs: the calls. Written by `goat client` from the API's registry of routes; not to be edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from trackagoat.client.connection import Call, Connection
from trackagoat.client.generated import requests, resources
from trackagoat.client.listing import Listing, Page
from trackagoat.client.models import place, query, sent


class ScrapeJobs(Connection):
    """The calls of the group Scrape jobs."""

    def list_scrape_jobs(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        project_id: UUID | None = None,
        creator_id: UUID | None = None,
        video_id: UUID | None = None,
        kind: Literal["creator_profiles", "discover_videos", "video_stats"] | None = None,
        status: Literal["failed", "queued", "running", "succeeded", "waiting"] | None = None,
    ) -> Listing[resources.Job, resources.PageMeta]:
        """The latest job of each kind about each creator and video, the one queued last first.

        Particular refusals: not_found.
        """
        return self.listing(resources.Job, resources.PageMeta, place("/scrape-jobs"), query(limit=limit, cursor=cursor, project_id=project_id, creator_id=creator_id, video_id=video_id, kind=kind, status=status))

    async def get_scrape_job(
        self,
        job_id: UUID | str,
    ) -> resources.Job:
        """One job, until a later one of its kind takes its place."""
        return await self.one(resources.Job, Call(method="GET", path=place("/scrape-jobs/{}", job_id)))
