-- What the gateway keeps for itself: the answers that repeated calls get again.
-- migrate:up

CREATE TABLE idempotency (
    org uuid NOT NULL,
    key text NOT NULL,
    route text NOT NULL,
    digest text NOT NULL,
    seed uuid NOT NULL,
    claimed_at timestamptz NOT NULL,
    running boolean NOT NULL,
    status integer,
    answer bytea,
    etag text,
    PRIMARY KEY (org, key)
);
CREATE INDEX idempotency_claimed_at ON idempotency (claimed_at);
COMMENT ON COLUMN idempotency.seed IS 'The ids of the call''s commands derive from it, whoever runs the call.';
COMMENT ON COLUMN idempotency.digest IS 'SHA-256 of the body''s JSON value; with route it says which call the key belongs to.';

-- migrate:down
DROP TABLE idempotency;
