-- What every service keeps in its own schema: the ledger, the feed, and the state of everything that moves.
-- migrate:up

CREATE TABLE events (
    pos bigserial PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    org uuid NOT NULL,
    stream text NOT NULL,
    version bigint,
    tag text NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    cause uuid,
    correlation text,
    actor json NOT NULL,
    data json NOT NULL,
    CONSTRAINT events_stream_version UNIQUE (org, stream, version)
);
COMMENT ON TABLE events IS 'The ledger. pos is the order of insertion, not of commit: readers use feed.seq.';

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger only grows: % on % is refused', TG_OP, TG_TABLE_NAME
        USING HINT = 'record a new event that corrects the old one';
END $$;
CREATE TRIGGER events_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE unsequenced (pos bigint PRIMARY KEY);

CREATE TABLE feed (
    seq bigint PRIMARY KEY,
    pos bigint NOT NULL UNIQUE REFERENCES events (pos)
);
CREATE TRIGGER feed_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON feed
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE feed_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL
);
INSERT INTO feed_head (seq) VALUES (0);

CREATE FUNCTION sequence_events(most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    head bigint;
    moved bigint;
BEGIN
    SELECT seq INTO head FROM feed_head FOR UPDATE;
    WITH committed AS (
        DELETE FROM unsequenced WHERE pos IN (SELECT pos FROM unsequenced ORDER BY pos LIMIT most) RETURNING pos
    )
    INSERT INTO feed (seq, pos) SELECT head + row_number() OVER (ORDER BY pos), pos FROM committed;
    GET DIAGNOSTICS moved = ROW_COUNT;
    UPDATE feed_head SET seq = head + moved WHERE moved > 0;
    RETURN moved;
END $$;
COMMENT ON FUNCTION sequence_events IS
    'Moves committed events to the dense feed. The lock on the head makes a second sequencer harmless.';

CREATE TABLE outcomes (
    command_id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    outcomes json NOT NULL
);
CREATE INDEX outcomes_at ON outcomes (at);

CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    fence bigint NOT NULL,
    until timestamptz NOT NULL
);

CREATE TABLE checkpoints (
    projection text NOT NULL,
    source text NOT NULL,
    partition integer NOT NULL DEFAULT -1,
    seq bigint NOT NULL,
    PRIMARY KEY (projection, source, partition)
);

CREATE TABLE parked (
    projection text NOT NULL,
    source text NOT NULL,
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    org uuid NOT NULL,
    stream text NOT NULL,
    tag text NOT NULL,
    error text,
    attempts integer NOT NULL DEFAULT 0,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (projection, source, seq)
);
CREATE INDEX parked_entities ON parked (projection, source, org, stream, seq);
COMMENT ON TABLE parked IS 'Facts that could not be applied (error) and later ones of the same stream that wait (no error).';

CREATE TABLE parking_log (
    at timestamptz NOT NULL DEFAULT now(),
    action text NOT NULL CHECK (action IN ('parked', 'applied', 'failed again', 'discarded')),
    projection text NOT NULL,
    source text NOT NULL,
    seq bigint NOT NULL,
    event_id uuid NOT NULL,
    org uuid NOT NULL,
    stream text NOT NULL,
    tag text NOT NULL,
    who text NOT NULL,
    detail text
);

CREATE TABLE due (
    kind text NOT NULL,
    key text NOT NULL,
    org uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    payload jsonb,
    fence bigint NOT NULL DEFAULT 0,
    holder uuid,
    lease_until timestamptz,
    PRIMARY KEY (kind, key)
);
CREATE INDEX due_next ON due (kind, due_at);

GRANT SELECT ON events, feed, feed_head
    TO trackagoat_workspace, trackagoat_ingest, trackagoat_campaigns, trackagoat_goals, trackagoat_notifications;
GRANT SELECT ON feed_head, checkpoints TO trackagoat_gateway;

-- migrate:down
