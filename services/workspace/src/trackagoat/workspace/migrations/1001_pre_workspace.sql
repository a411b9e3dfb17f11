-- Orgs, projects and API keys as others read them.
-- migrate:up

CREATE TABLE orgs (
    org uuid PRIMARY KEY,
    name text NOT NULL,
    timezone text NOT NULL,
    tier text NOT NULL,
    video_stats_hours integer NOT NULL,
    discover_videos_hours integer NOT NULL,
    creator_profiles_hours integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE projects (
    org uuid NOT NULL,
    project uuid PRIMARY KEY,
    name text NOT NULL,
    readme text,
    metadata jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX projects_listed ON projects (org, created_at DESC, project DESC);

CREATE TABLE api_keys (
    org uuid NOT NULL,
    key uuid PRIMARY KEY,
    name text NOT NULL,
    prefix text NOT NULL,
    digest text NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX api_keys_listed ON api_keys (org, created_at DESC, key DESC);

GRANT SELECT ON orgs, projects, api_keys TO trackagoat_gateway;

-- migrate:down
