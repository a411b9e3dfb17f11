"""What ingest publishes: creators, videos, and the readings of their counters."""

from trackagoat.gateway.reads.ingest.boards import (
    INBOX,
    LEADERS,
    CountsRow,
    InboxRow,
    LeaderRow,
    counts,
    pending,
)
from trackagoat.gateway.reads.ingest.changes import ChangeRow, changes
from trackagoat.gateway.reads.ingest.creators import (
    CREATORS,
    CreatorRow,
    CreatorSnapshotRow,
    RefreshRow,
    SumsRow,
    creator,
    creator_snapshots,
    creators_among,
    creators_by_id,
    refreshes,
    sums,
)
from trackagoat.gateway.reads.ingest.jobs import JobRow, job, jobs, triggers_used, waiting_jobs
from trackagoat.gateway.reads.ingest.videos import (
    VIDEOS,
    VideoRow,
    VideoSnapshotRow,
    video,
    video_snapshots,
    videos_by_id,
)

__all__ = [
    "CREATORS",
    "INBOX",
    "LEADERS",
    "VIDEOS",
    "ChangeRow",
    "CountsRow",
    "CreatorRow",
    "CreatorSnapshotRow",
    "InboxRow",
    "JobRow",
    "LeaderRow",
    "RefreshRow",
    "SumsRow",
    "VideoRow",
    "VideoSnapshotRow",
    "changes",
    "counts",
    "creator",
    "creator_snapshots",
    "creators_among",
    "creators_by_id",
    "job",
    "jobs",
    "pending",
    "refreshes",
    "sums",
    "triggers_used",
    "video",
    "video_snapshots",
    "videos_by_id",
    "waiting_jobs",
]
