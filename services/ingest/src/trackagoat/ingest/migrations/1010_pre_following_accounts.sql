-- What following accounts over time needs: plans, renames, runs of failures, videos that rest, and a log of changes.
-- migrate:up

ALTER TABLE orgs
    ADD COLUMN tier text NOT NULL DEFAULT 'self_hosted',
    ADD COLUMN video_expiry_enabled boolean NOT NULL DEFAULT false;

CREATE FUNCTION failing(misses timestamptz[], since timestamptz) RETURNS timestamptz[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce((SELECT array_agg(at ORDER BY at) FROM unnest(misses) AS t(at) WHERE at > since), '{}');
COMMENT ON FUNCTION failing(timestamptz[], timestamptz) IS 'The run of failures: those after the last success.';

ALTER TABLE creators
    ADD COLUMN tracked_since timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN profile_read_at timestamptz,
    ADD COLUMN profile_missed_at timestamptz,
    ADD COLUMN discovered_at timestamptz,
    ADD COLUMN misses timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN renamed_at timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN milestones bigint[] NOT NULL DEFAULT '{}';
UPDATE creators SET tracked_since = created_at, profile_read_at = last_scraped_at, discovered_at = last_scraped_at;
COMMENT ON COLUMN creators.tracked_since IS 'When it was added, came back, or was enabled last.';
COMMENT ON COLUMN creators.misses IS 'When it could not be seen since it was seen, or enabled, last.';
COMMENT ON COLUMN creators.renamed_at IS 'The first reading of the profile after each of these is a baseline.';

ALTER TABLE videos
    ADD COLUMN tracked_since timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN misses timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN described boolean NOT NULL DEFAULT true;
UPDATE videos SET tracked_since = created_at, described = origin = 'discovery';
CREATE INDEX videos_slots ON videos (org) WHERE origin = 'manual' AND NOT removed AND NOT hidden AND NOT tracking_disabled;

CREATE TABLE change_log (
    org uuid NOT NULL,
    entity uuid NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    actor_type text NOT NULL,
    actor_id uuid,
    data jsonb NOT NULL,
    PRIMARY KEY (entity, at, id)
);
COMMENT ON TABLE change_log IS 'What happened to creators and videos; nothing of it is ever pruned.';

GRANT SELECT ON change_log TO trackagoat_gateway;

-- migrate:down
