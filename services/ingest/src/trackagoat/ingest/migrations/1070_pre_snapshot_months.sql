-- Snapshots by month: what is stored stays where it is, as the rest, and moves to its months by and by.
-- migrate:up

ALTER TABLE video_snapshots RENAME TO video_snapshots_rest;
ALTER TABLE video_snapshots_rest RENAME CONSTRAINT video_snapshots_pkey TO video_snapshots_rest_pkey;
CREATE TABLE video_snapshots (
    org uuid NOT NULL,
    video uuid NOT NULL,
    fetched_at timestamptz NOT NULL,
    source text NOT NULL,
    view_count bigint,
    like_count bigint,
    comment_count bigint,
    share_count bigint,
    save_count bigint,
    PRIMARY KEY (video, fetched_at, source)
) PARTITION BY RANGE (fetched_at);
ALTER TABLE video_snapshots ATTACH PARTITION video_snapshots_rest DEFAULT;

ALTER TABLE creator_snapshots RENAME TO creator_snapshots_rest;
ALTER TABLE creator_snapshots_rest RENAME CONSTRAINT creator_snapshots_pkey TO creator_snapshots_rest_pkey;
CREATE TABLE creator_snapshots (
    org uuid NOT NULL,
    creator uuid NOT NULL,
    fetched_at timestamptz NOT NULL,
    source text NOT NULL,
    follower_count bigint,
    following_count bigint,
    total_likes_count bigint,
    video_count bigint,
    PRIMARY KEY (creator, fetched_at, source)
) PARTITION BY RANGE (fetched_at);
ALTER TABLE creator_snapshots ATTACH PARTITION creator_snapshots_rest DEFAULT;

REVOKE SELECT ON video_snapshots_rest, creator_snapshots_rest FROM trackagoat_gateway;
GRANT SELECT ON video_snapshots, creator_snapshots TO trackagoat_gateway;

CREATE FUNCTION make_month(parent text, at timestamptz) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    month timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
    since timestamptz := month AT TIME ZONE 'UTC';
    until timestamptz := (month + interval '1 month') AT TIME ZONE 'UTC';
    part text := parent || '_' || to_char(month, 'YYYYMM');
    rest text := parent || '_rest';
BEGIN
    IF to_regclass(format('%I.%I', current_schema(), part)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', rest);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE fetched_at >= %L AND fetched_at < %L RETURNING *)
        INSERT INTO %I SELECT * FROM moved', rest, since, until, part);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, since, until);
    RETURN true;
END
$$;
COMMENT ON FUNCTION make_month(text, timestamptz) IS
    'Make the partition of the month an instant lies in and move there what waits in the rest; false: it was there.';

CREATE FUNCTION drop_months(parent text, until timestamptz) RETURNS integer
    LANGUAGE plpgsql AS $$
DECLARE
    part text;
    filled boolean;
    dropped integer := 0;
BEGIN
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass(format('%I.%I', current_schema(), parent))
            AND c.relname ~ '_[0-9]{6}$' AND c.relname < parent || '_' || to_char(until AT TIME ZONE 'UTC', 'YYYYMM')
        ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO filled;
        CONTINUE WHEN filled;
        EXECUTE format('LOCK TABLE ONLY %I, %I IN ACCESS EXCLUSIVE MODE', parent, part);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO filled;
        CONTINUE WHEN filled;
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
COMMENT ON FUNCTION drop_months(text, timestamptz) IS 'Drop the partitions of earlier months that hold nothing.';

INSERT INTO due (kind, key, org, due_at) VALUES
    ('months', 'creator_snapshots', '00000000-0000-0000-0000-000000000000', now()),
    ('months', 'video_snapshots', '00000000-0000-0000-0000-000000000000', now());

-- migrate:down
