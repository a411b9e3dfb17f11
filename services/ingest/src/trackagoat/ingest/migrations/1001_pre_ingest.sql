-- Creators, their posts and every reading of their counters, for readers; orgs and deleted projects as heard.
-- migrate:up

CREATE FUNCTION later(at timestamptz, value bigint, new_at timestamptz, new bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN at IS NULL OR (new_at, new) > (at, value) THEN new ELSE value END;
CREATE FUNCTION later(at timestamptz, value text, new_at timestamptz, new text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN at IS NULL OR (new_at, new COLLATE "C") > (at, value) THEN new ELSE value END;
COMMENT ON FUNCTION later(timestamptz, bigint, timestamptz, bigint) IS
    'The level after another reading: the later known value, of equal times the larger.';

CREATE TABLE orgs (
    org uuid PRIMARY KEY,
    timezone text NOT NULL,
    video_stats_hours integer NOT NULL,
    discover_videos_hours integer NOT NULL,
    creator_profiles_hours integer NOT NULL
);

CREATE TABLE deleted_projects (
    project uuid PRIMARY KEY,
    org uuid NOT NULL
);
COMMENT ON TABLE deleted_projects IS 'Nothing of these enters the tables below again, in whatever order facts come.';

CREATE TABLE creators (
    org uuid NOT NULL,
    creator uuid PRIMARY KEY,
    project uuid NOT NULL,
    tiktok_handle text NOT NULL,
    handle_key text NOT NULL,
    display_name_override text,
    tiktok_display_name text,
    bio text,
    avatar_url text,
    readme text,
    metadata jsonb NOT NULL,
    tracking_mode text NOT NULL,
    tracking_start_date date NOT NULL,
    follower_count bigint,
    following_count bigint,
    total_likes_count bigint,
    video_count bigint,
    last_scraped_at timestamptz,
    is_active boolean NOT NULL DEFAULT true,
    inactive_reason text,
    inactive_since timestamptz,
    availability text NOT NULL DEFAULT 'unknown',
    tracked_video_count integer NOT NULL DEFAULT 0,
    pending_review_count integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    follower_count_at timestamptz NOT NULL DEFAULT '-infinity',
    following_count_at timestamptz NOT NULL DEFAULT '-infinity',
    total_likes_count_at timestamptz NOT NULL DEFAULT '-infinity',
    video_count_at timestamptz NOT NULL DEFAULT '-infinity',
    tiktok_display_name_at timestamptz NOT NULL DEFAULT '-infinity',
    bio_at timestamptz NOT NULL DEFAULT '-infinity',
    avatar_url_at timestamptz NOT NULL DEFAULT '-infinity',
    availability_at timestamptz NOT NULL DEFAULT '-infinity'
);
COMMENT ON COLUMN creators.follower_count_at IS
    'When the value was read. A level is the last value that was known; of equal times the larger value holds.';
CREATE INDEX creators_newest ON creators (org, created_at DESC, creator DESC);
CREATE INDEX creators_newest_of_project ON creators (project, created_at DESC, creator DESC);
CREATE INDEX creators_handle ON creators (org, handle_key, creator);
CREATE INDEX creators_handle_of_project ON creators (project, handle_key);
CREATE INDEX creators_followed ON creators (org, follower_count DESC NULLS LAST, creator DESC);

CREATE TABLE videos (
    org uuid NOT NULL,
    video uuid PRIMARY KEY,
    project uuid NOT NULL,
    creator_id uuid,
    tiktok_video_id text NOT NULL,
    url text NOT NULL,
    content_type text NOT NULL,
    origin text NOT NULL,
    title text,
    readme text,
    metadata jsonb NOT NULL,
    author_handle text,
    thumbnail_url text,
    duration_seconds integer,
    posted_at timestamptz,
    tracking_status text NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    hidden boolean NOT NULL DEFAULT false,
    counted boolean NOT NULL GENERATED ALWAYS AS (
        tracking_status IN ('auto_tracked', 'included', 'direct_add') AND NOT removed AND NOT hidden
    ) STORED,
    tracking_disabled boolean NOT NULL DEFAULT false,
    tracking_disabled_reason text,
    tracking_disabled_at timestamptz,
    availability text NOT NULL DEFAULT 'unknown',
    view_count bigint,
    like_count bigint,
    comment_count bigint,
    share_count bigint,
    save_count bigint,
    stats_source text,
    last_scraped_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    home uuid,
    first_scraped_at timestamptz,
    view_count_at timestamptz NOT NULL DEFAULT '-infinity',
    like_count_at timestamptz NOT NULL DEFAULT '-infinity',
    comment_count_at timestamptz NOT NULL DEFAULT '-infinity',
    share_count_at timestamptz NOT NULL DEFAULT '-infinity',
    save_count_at timestamptz NOT NULL DEFAULT '-infinity',
    availability_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 80);
COMMENT ON COLUMN videos.hidden IS 'The creator that owns it was removed: it is in no list and no total.';
COMMENT ON COLUMN videos.home IS 'The creator in whose stream it is decided; null: the direct adds of the project.';
CREATE INDEX videos_newest ON videos (org, created_at DESC, video DESC) WHERE counted;
CREATE INDEX videos_newest_of_project ON videos (project, created_at DESC, video DESC) WHERE counted;
CREATE INDEX videos_posted ON videos (org, posted_at DESC NULLS LAST, video DESC) WHERE counted;
CREATE INDEX videos_posted_of_project ON videos (project, posted_at DESC NULLS LAST, video DESC) WHERE counted;
CREATE INDEX videos_viewed ON videos (org, view_count DESC NULLS LAST, video DESC) WHERE counted;
CREATE INDEX videos_of_creator ON videos (creator_id, posted_at DESC NULLS LAST, video DESC);
CREATE INDEX videos_inbox ON videos (project, tracking_status, posted_at DESC NULLS LAST, video DESC)
    WHERE tracking_status IN ('pending_review', 'excluded') AND NOT removed AND NOT hidden;

CREATE TABLE video_snapshots (
    org uuid NOT NULL,
    video uuid NOT NULL,
    fetched_at timestamptz NOT NULL,
    source text NOT NULL,
    view_count bigint,
    like_count bigint,
    comment_count bigint,
    share_count bigint,
    save_count bigint,
    PRIMARY KEY (video, fetched_at, source)
);

CREATE TABLE creator_snapshots (
    org uuid NOT NULL,
    creator uuid NOT NULL,
    fetched_at timestamptz NOT NULL,
    source text NOT NULL,
    follower_count bigint,
    following_count bigint,
    total_likes_count bigint,
    video_count bigint,
    PRIMARY KEY (creator, fetched_at, source)
);

GRANT SELECT ON creators, videos, video_snapshots, creator_snapshots TO trackagoat_gateway;

-- migrate:down
