"""The list endpoint as most would write it: FastAPI, SQLAlchemy's ORM on asyncpg. Runs under the peers' Python."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import DateTime

ORG = UUID(os.environ["ORG"])


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB}


class Row(Base):
    __tablename__ = "videos"
    __table_args__ = {"schema": "ingest"}
    id: Mapped[UUID] = mapped_column("video", primary_key=True)
    org: Mapped[UUID]
    project_id: Mapped[UUID] = mapped_column("project")
    creator_id: Mapped[UUID | None]
    tiktok_video_id: Mapped[str]
    url: Mapped[str]
    content_type: Mapped[str]
    origin: Mapped[str]
    title: Mapped[str | None]
    readme: Mapped[str | None]
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata")
    author_handle: Mapped[str | None]
    thumbnail_url: Mapped[str | None]
    duration_seconds: Mapped[int | None]
    posted_at: Mapped[datetime | None]
    tracking_status: Mapped[str]
    counted: Mapped[bool]
    tracking_disabled: Mapped[bool]
    tracking_disabled_reason: Mapped[str | None]
    tracking_disabled_at: Mapped[datetime | None]
    availability: Mapped[str]
    view_count: Mapped[int | None]
    like_count: Mapped[int | None]
    comment_count: Mapped[int | None]
    share_count: Mapped[int | None]
    save_count: Mapped[int | None]
    stats_source: Mapped[str | None]
    last_scraped_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Video(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    project_id: UUID
    creator_id: UUID | None
    tiktok_video_id: str
    url: str
    content_type: str
    origin: str
    title: str | None
    readme: str | None
    metadata_: dict[str, Any]
    author_handle: str | None
    thumbnail_url: str | None
    duration_seconds: int | None
    posted_at: datetime | None
    tracking_status: str
    tracking_disabled: bool
    tracking_disabled_reason: str | None
    tracking_disabled_at: datetime | None
    availability: str
    view_count: int | None
    like_count: int | None
    comment_count: int | None
    share_count: int | None
    save_count: int | None
    stats_source: str | None
    last_scraped_at: datetime | None
    created_at: datetime
    updated_at: datetime


class Videos(BaseModel):
    data: list[Video]
    error: None = None


engine = create_async_engine(os.environ["DSN"].replace("postgresql://", "postgresql+asyncpg://"), pool_size=8)
sessions = async_sessionmaker(engine)
app = FastAPI()


@app.get("/videos")
async def videos() -> Videos:
    query = select(Row).where(Row.org == ORG, Row.counted).order_by(Row.created_at.desc(), Row.id.desc()).limit(50)
    async with sessions() as session:
        rows = (await session.scalars(query)).all()
        return Videos(data=[Video.model_validate(row) for row in rows])


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
