-- When keys, sessions and people were last seen, and how often somebody failed to sign in.
-- migrate:up

CREATE TABLE seen (
    org uuid NOT NULL,
    who uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (org, who)
);
COMMENT ON TABLE seen IS 'To the minute. A session belongs to no org and is kept under the nil id.';

CREATE TABLE attempts (
    who text PRIMARY KEY,
    at timestamptz[] NOT NULL,
    last_at timestamptz NOT NULL
);
CREATE INDEX attempts_last_at ON attempts (last_at);
COMMENT ON COLUMN attempts.who IS 'A keyed hash of the e-mail or address that was tried.';

-- migrate:down
DROP TABLE seen, attempts;
