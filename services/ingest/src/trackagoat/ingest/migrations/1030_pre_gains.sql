-- What posts, creators and projects gained, quarter of an hour by quarter of an hour in UTC.
-- migrate:up

CREATE FUNCTION quarter(at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN date_bin('15 minutes', at, '2000-01-01 00:00:00+00');
COMMENT ON FUNCTION quarter(timestamptz) IS
    'The quarter of an hour an instant lies in. Zones are whole quarters away from UTC, so their days can be cut from these.';

CREATE TABLE video_gains (
    org uuid NOT NULL,
    video uuid NOT NULL,
    quarter timestamptz NOT NULL,
    readings integer NOT NULL,
    views bigint NOT NULL,
    likes bigint NOT NULL,
    comments bigint NOT NULL,
    shares bigint NOT NULL,
    saves bigint NOT NULL,
    views_base bigint,
    likes_base bigint,
    comments_base bigint,
    shares_base bigint,
    saves_base bigint,
    views_firsts smallint,
    likes_firsts smallint,
    comments_firsts smallint,
    shares_firsts smallint,
    saves_firsts smallint,
    views_baselines smallint,
    likes_baselines smallint,
    comments_baselines smallint,
    shares_baselines smallint,
    saves_baselines smallint,
    PRIMARY KEY (video, quarter)
) WITH (fillfactor = 90);
COMMENT ON TABLE video_gains IS 'One row per post and quarter in which it was read. Null stands for 0.';
COMMENT ON COLUMN video_gains.views IS
    'Gained by the readings of this quarter. With views_base, summed over all quarters so far, it is the level.';
COMMENT ON COLUMN video_gains.views_base IS 'What a first known value set without gaining it: it was there before.';
COMMENT ON COLUMN video_gains.views_firsts IS '1: the first known value was read in this quarter.';
COMMENT ON COLUMN video_gains.views_baselines IS '1: and it gained nothing.';

CREATE TABLE profile_gains (
    org uuid NOT NULL,
    creator uuid NOT NULL,
    quarter timestamptz NOT NULL,
    readings integer NOT NULL,
    followers bigint NOT NULL,
    followers_base bigint NOT NULL,
    followers_firsts integer NOT NULL,
    followers_baselines integer NOT NULL,
    PRIMARY KEY (creator, quarter)
);
COMMENT ON TABLE profile_gains IS 'The same of the followers of a creator.';

CREATE TABLE gains (
    org uuid NOT NULL,
    subject uuid NOT NULL,
    quarter timestamptz NOT NULL,
    readings bigint NOT NULL,
    views bigint NOT NULL,
    likes bigint NOT NULL,
    comments bigint NOT NULL,
    shares bigint NOT NULL,
    saves bigint NOT NULL,
    followers bigint NOT NULL,
    views_base bigint NOT NULL,
    likes_base bigint NOT NULL,
    comments_base bigint NOT NULL,
    shares_base bigint NOT NULL,
    saves_base bigint NOT NULL,
    followers_base bigint NOT NULL,
    views_firsts integer NOT NULL,
    likes_firsts integer NOT NULL,
    comments_firsts integer NOT NULL,
    shares_firsts integer NOT NULL,
    saves_firsts integer NOT NULL,
    followers_firsts integer NOT NULL,
    views_baselines integer NOT NULL,
    likes_baselines integer NOT NULL,
    comments_baselines integer NOT NULL,
    shares_baselines integer NOT NULL,
    saves_baselines integer NOT NULL,
    followers_baselines integer NOT NULL,
    PRIMARY KEY (subject, quarter)
) WITH (fillfactor = 70);
COMMENT ON TABLE gains IS
    'The sums of video_gains and profile_gains over what counts now: per creator, and per project without removed creators.';
COMMENT ON COLUMN gains.readings IS 'How many readings are summed up here; a row without any is deleted.';

ALTER TABLE videos ADD COLUMN gains_in uuid;
COMMENT ON COLUMN videos.gains_in IS
    'Where its gains are summed up: its creator, else its project; null while its status lets it not count.';
ALTER TABLE creators ADD COLUMN gains_in_project boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN creators.gains_in_project IS 'Its gains are part of those of its project: it is not removed.';

GRANT SELECT ON video_gains, profile_gains, gains TO trackagoat_gateway;

-- migrate:down
