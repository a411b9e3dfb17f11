-- Goals, what their periods come to, and what was heard of creators and their posts.
-- migrate:up

CREATE TABLE goals (
    org uuid NOT NULL,
    goal uuid PRIMARY KEY,
    creator uuid NOT NULL,
    project uuid NOT NULL,
    metric text NOT NULL,
    period text NOT NULL,
    target_value numeric NOT NULL,
    start_date date NOT NULL,
    end_date date,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX goals_of_creator ON goals (creator);
CREATE INDEX goals_of_org ON goals (org, created_at DESC, goal DESC);
CREATE INDEX goals_of_project ON goals (project);

CREATE TABLE goal_terms (
    org uuid NOT NULL,
    goal uuid NOT NULL,
    since timestamptz NOT NULL,
    target_value numeric NOT NULL,
    end_date date,
    is_active boolean NOT NULL,
    PRIMARY KEY (goal, since)
);
COMMENT ON TABLE goal_terms IS 'What was agreed when: a closed period keeps the target it had at its end.';

CREATE TABLE compliance (
    org uuid NOT NULL,
    goal uuid PRIMARY KEY,
    creator uuid NOT NULL,
    project uuid NOT NULL,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    status text NOT NULL,
    percentage bigint NOT NULL,
    actual numeric,
    target numeric NOT NULL,
    pace numeric,
    is_final boolean NOT NULL,
    advisory jsonb NOT NULL,
    previous_period_start timestamptz,
    previous_period_end timestamptz,
    previous_status text,
    previous_percentage bigint,
    previous_actual numeric,
    previous_target numeric,
    previous_is_final boolean,
    previous_advisory jsonb,
    open_day date NOT NULL,
    stale boolean NOT NULL DEFAULT false,
    changes integer NOT NULL DEFAULT 0,
    turns integer NOT NULL DEFAULT 0,
    refreshed_at timestamptz NOT NULL
);
CREATE INDEX compliance_of_project ON compliance (project);
COMMENT ON COLUMN compliance.open_day IS 'First day of the earliest period that is not closed.';
COMMENT ON COLUMN compliance.changes IS 'How often a status change was said; makes the next one unique.';
COMMENT ON COLUMN compliance.turns IS 'How often scrape_stale was raised or cleared.';

CREATE TABLE results (
    org uuid NOT NULL,
    goal uuid NOT NULL,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    target numeric NOT NULL,
    actual numeric,
    percentage bigint NOT NULL,
    status text NOT NULL,
    is_final boolean NOT NULL DEFAULT false,
    final_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    announced boolean NOT NULL DEFAULT false,
    PRIMARY KEY (goal, period_start)
);
CREATE INDEX results_open ON results (goal) WHERE NOT is_final;
COMMENT ON COLUMN results.announced IS 'period_recently_ended was raised and is not cleared.';

CREATE TABLE orgs (
    org uuid PRIMARY KEY,
    timezone text NOT NULL,
    tier text NOT NULL,
    video_stats_hours integer NOT NULL,
    discover_videos_hours integer NOT NULL,
    creator_profiles_hours integer NOT NULL
);

CREATE TABLE creators (
    org uuid NOT NULL,
    creator uuid PRIMARY KEY,
    since timestamptz NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    scraped_at timestamptz,
    profile_read_at timestamptz
);

CREATE TABLE absences (
    org uuid NOT NULL,
    creator uuid NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL DEFAULT 'infinity',
    PRIMARY KEY (creator, since)
);
COMMENT ON TABLE absences IS 'When a creator was removed: from `since`, until it came back.';

CREATE TABLE video_states (
    org uuid NOT NULL,
    video uuid NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL DEFAULT 'infinity',
    creator uuid,
    origin text NOT NULL,
    tracking_status text NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    tracking_disabled boolean NOT NULL DEFAULT false,
    posted_at timestamptz,
    known_at timestamptz NOT NULL,
    counted boolean NOT NULL GENERATED ALWAYS AS (
        tracking_status IN ('auto_tracked', 'included', 'direct_add') AND NOT removed AND NOT tracking_disabled
    ) STORED,
    PRIMARY KEY (video, since)
);
CREATE INDEX video_states_of_creator ON video_states (creator, posted_at) WHERE counted;
COMMENT ON TABLE video_states IS
    'What a post was, and when: a result that is final counts what was known in time, whatever was said later.';

CREATE TABLE snapshots (
    org uuid NOT NULL,
    video uuid NOT NULL,
    fetched_at timestamptz NOT NULL,
    source text NOT NULL,
    said_at timestamptz NOT NULL,
    counters bigint[] NOT NULL,
    PRIMARY KEY (video, fetched_at, source)
);
COMMENT ON COLUMN snapshots.counters IS 'views, likes, comments, shares, saves; null is unknown.';

CREATE TABLE profile_snapshots (
    org uuid NOT NULL,
    creator uuid NOT NULL,
    fetched_at timestamptz NOT NULL,
    source text NOT NULL,
    said_at timestamptz NOT NULL,
    followers bigint NOT NULL,
    PRIMARY KEY (creator, fetched_at, source)
);

GRANT SELECT ON goals, compliance, results TO trackagoat_gateway;

-- migrate:down
