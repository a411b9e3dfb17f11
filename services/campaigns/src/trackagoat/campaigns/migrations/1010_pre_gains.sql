-- What campaigns gained, and when: per quarter of an hour in UTC, and per day of the org's zone.
-- migrate:up

CREATE FUNCTION later(at timestamptz, value bigint, new_at timestamptz, new bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN at IS NULL OR (new_at, new) > (at, value) THEN new ELSE value END;
COMMENT ON FUNCTION later(timestamptz, bigint, timestamptz, bigint) IS
    'The level after another reading: the later known value, of equal times the larger.';
CREATE FUNCTION earlier(at timestamptz, value bigint, new_at timestamptz, new bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN at IS NULL OR new_at < at THEN new WHEN new_at = at THEN greatest(value, new) ELSE value END;
COMMENT ON FUNCTION earlier(timestamptz, bigint, timestamptz, bigint) IS
    'The first known value after another reading: the earlier one, of equal times the larger.';

CREATE TABLE orgs (
    org uuid PRIMARY KEY,
    timezone text NOT NULL,
    tier text NOT NULL
);

ALTER TABLE videos ADD COLUMN discovered boolean;
COMMENT ON COLUMN videos.discovered IS
    'It was first found by discovery: read within 24 hours of posting, its first reading is gained, no baseline.';

CREATE TABLE video_quarters (
    org uuid NOT NULL,
    video uuid NOT NULL,
    quarter timestamptz NOT NULL,
    views bigint, likes bigint, comments bigint, shares bigint, saves bigint,
    views_at timestamptz, likes_at timestamptz, comments_at timestamptz, shares_at timestamptz, saves_at timestamptz,
    PRIMARY KEY (video, quarter)
);
COMMENT ON TABLE video_quarters IS
    'One row per quarter of an hour (UTC, its beginning) in which a video was read: its levels at the end of it.';

CREATE TABLE first_readings (
    org uuid NOT NULL,
    video uuid PRIMARY KEY,
    read_at timestamptz NOT NULL,
    views bigint, likes bigint, comments bigint, shares bigint, saves bigint,
    views_at timestamptz, likes_at timestamptz, comments_at timestamptz, shares_at timestamptz, saves_at timestamptz
);
COMMENT ON TABLE first_readings IS
    'When a video was first read, and the first known value of each counter with its time.';

CREATE TABLE campaign_quarters (
    org uuid NOT NULL,
    campaign uuid NOT NULL,
    quarter timestamptz NOT NULL,
    posts integer NOT NULL,
    readings integer NOT NULL,
    views bigint NOT NULL, likes bigint NOT NULL, comments bigint NOT NULL, shares bigint NOT NULL, saves bigint NOT NULL,
    views_base bigint NOT NULL, likes_base bigint NOT NULL, comments_base bigint NOT NULL, shares_base bigint NOT NULL, saves_base bigint NOT NULL,
    views_known integer NOT NULL, likes_known integer NOT NULL, comments_known integer NOT NULL, shares_known integer NOT NULL, saves_known integer NOT NULL,
    views_baselines integer NOT NULL, likes_baselines integer NOT NULL, comments_baselines integer NOT NULL, shares_baselines integer NOT NULL, saves_baselines integer NOT NULL,
    PRIMARY KEY (campaign, quarter),
    CHECK (posts >= 0 AND readings >= 0 AND posts + readings > 0)
) WITH (fillfactor = 80);
CREATE INDEX campaign_quarters_of_org ON campaign_quarters (org);
COMMENT ON TABLE campaign_quarters IS
    'Sums over the counted videos a campaign reaches, each once, per quarter of an hour (UTC, its beginning). '
    'A row is there only where something was read or posted.';
COMMENT ON COLUMN campaign_quarters.posts IS 'Videos posted in it.';
COMMENT ON COLUMN campaign_quarters.readings IS 'Videos read in it (in days: quarters of videos); the first row with any is the first snapshot.';
COMMENT ON COLUMN campaign_quarters.views IS
    'Gained in it: level at its end less level at its start; negative after corrections. The other counters alike.';
COMMENT ON COLUMN campaign_quarters.views_base IS
    'Level that first readings set without gaining it. The level at an instant is the sum of views + views_base before it.';
COMMENT ON COLUMN campaign_quarters.views_known IS
    'Videos whose counter became known in it. While the sum of it up to an instant is 0, the level is unknown.';
COMMENT ON COLUMN campaign_quarters.views_baselines IS 'Those of them whose first reading gained nothing.';

CREATE TABLE campaign_days (
    org uuid NOT NULL,
    campaign uuid NOT NULL,
    day date NOT NULL,
    posts integer NOT NULL,
    readings integer NOT NULL,
    views bigint NOT NULL, likes bigint NOT NULL, comments bigint NOT NULL, shares bigint NOT NULL, saves bigint NOT NULL,
    views_base bigint NOT NULL, likes_base bigint NOT NULL, comments_base bigint NOT NULL, shares_base bigint NOT NULL, saves_base bigint NOT NULL,
    views_known integer NOT NULL, likes_known integer NOT NULL, comments_known integer NOT NULL, shares_known integer NOT NULL, saves_known integer NOT NULL,
    views_baselines integer NOT NULL, likes_baselines integer NOT NULL, comments_baselines integer NOT NULL, shares_baselines integer NOT NULL, saves_baselines integer NOT NULL,
    PRIMARY KEY (campaign, day),
    CHECK (posts >= 0 AND readings >= 0 AND posts + readings > 0)
) WITH (fillfactor = 80);
CREATE INDEX campaign_days_of_org ON campaign_days (org);
COMMENT ON TABLE campaign_days IS
    'The same per day of the org''s timezone of now; a changed timezone cuts all days anew.';

GRANT SELECT ON orgs, campaign_quarters, campaign_days, video_quarters, first_readings TO trackagoat_gateway;

-- migrate:down
