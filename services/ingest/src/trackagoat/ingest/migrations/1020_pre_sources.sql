-- Sources: what orgs chose, how each source is doing, its next free slot, and answers that were not understood.
-- migrate:up

CREATE FUNCTION split(names text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN string_to_array(names, E'\n');
COMMENT ON FUNCTION split IS 'Lines to an array: sets of rows cannot carry arrays of different lengths. NULL stays NULL.';

CREATE TABLE source_choices (
    org uuid PRIMARY KEY,
    creator_profiles text[],
    discover_videos text[],
    video_stats text[]
);

CREATE TABLE source_standings (
    source text PRIMARY KEY,
    outcome text NOT NULL,
    at timestamptz NOT NULL,
    detail text NOT NULL,
    rests_until timestamptz,
    broken_since timestamptz,
    strangers text[] NOT NULL,
    probes integer NOT NULL,
    probe_at timestamptz
);
COMMENT ON TABLE source_standings IS 'How a source is doing for every org and replica. Operational: losing it loses no fact.';

CREATE TABLE source_slots (
    source text PRIMARY KEY,
    free_at timestamptz NOT NULL
);
COMMENT ON TABLE source_slots IS 'When the next call to a source may be made, whoever makes it.';

CREATE TABLE raw_answers (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    org uuid NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    size bigint NOT NULL,
    body bytea NOT NULL
);
CREATE INDEX raw_answers_newest ON raw_answers (source, at DESC, id);
COMMENT ON COLUMN raw_answers.key IS 'The creator or video whose job it was.';
COMMENT ON COLUMN raw_answers.body IS 'The answer as it came, cut; size says how long it was.';

-- migrate:down
