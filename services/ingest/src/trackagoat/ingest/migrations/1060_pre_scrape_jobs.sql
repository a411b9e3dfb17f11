-- Jobs of scraping as people see them, and how many were asked for by hand.
-- migrate:up

CREATE TABLE scrape_jobs (
    kind text NOT NULL,
    entity uuid NOT NULL,
    org uuid NOT NULL,
    trigger text NOT NULL,
    status text NOT NULL,
    outcome text,
    source text,
    attempts integer NOT NULL DEFAULT 0,
    queued_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    retry_at timestamptz,
    error text,
    id uuid NOT NULL GENERATED ALWAYS AS (
        md5(kind || ' ' || entity::text || ' ' || extract(epoch FROM queued_at AT TIME ZONE 'UTC')::text)::uuid
    ) STORED,
    PRIMARY KEY (kind, entity)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX scrape_jobs_id ON scrape_jobs (id);
CREATE INDEX scrape_jobs_newest ON scrape_jobs (org, queued_at DESC, id DESC);
COMMENT ON TABLE scrape_jobs IS
    'The latest job of each kind and entity, told as it goes. Operational: the due rows decide, and losing this loses no fact.';
COMMENT ON COLUMN scrape_jobs.id IS 'Another for every job, made of what it reads and when it was queued.';

CREATE TABLE manual_triggers (
    org uuid NOT NULL,
    day date NOT NULL,
    used integer NOT NULL,
    PRIMARY KEY (org, day)
);

GRANT SELECT ON scrape_jobs, manual_triggers TO trackagoat_gateway;

-- migrate:down
DROP TABLE manual_triggers, scrape_jobs;
