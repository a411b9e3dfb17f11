-- What is watched because time or a count makes an alert of it: readings that are overdue, posts that wait, limits.
-- migrate:up

CREATE TABLE terms (
    org uuid PRIMARY KEY,
    tier text NOT NULL,
    creator_profiles_hours integer NOT NULL,
    discover_videos_hours integer NOT NULL,
    rests boolean NOT NULL DEFAULT false,
    resumed_at timestamptz
);
COMMENT ON TABLE terms IS 'Heard from workspace: the plan of an org, how often it wants creators read, and whether it is banned.';

CREATE TABLE tracked (
    org uuid NOT NULL,
    creator uuid PRIMARY KEY,
    project uuid NOT NULL,
    since timestamptz NOT NULL,
    profile_at timestamptz,
    discovery_at timestamptz
);
CREATE INDEX tracked_by_org ON tracked (org);
CREATE INDEX tracked_by_project ON tracked (project);
COMMENT ON TABLE tracked IS 'Heard from ingest: creators that are read, since when, and when each job last saw something.';

CREATE TABLE posts (
    org uuid NOT NULL,
    video uuid PRIMARY KEY,
    project uuid NOT NULL,
    creator uuid,
    since timestamptz NOT NULL,
    pending boolean NOT NULL,
    added boolean NOT NULL,
    refreshed boolean NOT NULL DEFAULT true,
    removed boolean NOT NULL DEFAULT false,
    hidden boolean NOT NULL DEFAULT false
);
CREATE INDEX posts_waiting ON posts (project, since) WHERE pending AND NOT removed AND NOT hidden;
CREATE INDEX posts_added ON posts (org) WHERE added;
CREATE INDEX posts_of ON posts (creator);
COMMENT ON TABLE posts IS 'Heard from ingest: posts that came in waiting for a decision, and those added by their URL.';

CREATE TABLE holds (
    org uuid NOT NULL,
    limit_key text NOT NULL,
    at_id uuid NOT NULL,
    thing uuid NOT NULL,
    until timestamptz,
    PRIMARY KEY (org, limit_key, at_id, thing)
);
COMMENT ON TABLE holds IS 'Heard from workspace and campaigns: what a limit counts in the org, a project or a campaign (at_id).';

CREATE TABLE spent (
    org uuid NOT NULL,
    limit_key text NOT NULL,
    day date NOT NULL,
    count integer NOT NULL,
    PRIMARY KEY (org, limit_key)
);
COMMENT ON TABLE spent IS 'Heard from ingest: what was used of a daily limit on the last day (UTC) on which any was.';

CREATE INDEX alerts_standing ON alerts (org, kind, entity_id) WHERE cleared_at IS NULL;

-- migrate:down
