-- Calls counted for all replicas together: the last minute of every caller, and the day of every organization.
-- migrate:up

CREATE UNLOGGED TABLE windows (
    who text PRIMARY KEY,
    ticks bigint[] NOT NULL DEFAULT '{}',
    counts integer[] NOT NULL DEFAULT '{}',
    seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX windows_seen_at ON windows (seen_at);
COMMENT ON TABLE windows IS 'Unlogged: a crash of PostgreSQL forgets a minute of counting and spares every call a write to the log.';
COMMENT ON COLUMN windows.ticks IS 'Microseconds since 1970 at which calls were let through, ascending; counts says how many at each.';

CREATE TABLE days (
    org uuid NOT NULL,
    day date NOT NULL,
    used integer NOT NULL,
    PRIMARY KEY (org, day)
);

-- Lets calls through: per caller at most `quota` in any `seconds`, and of those per organization at most `most` in
-- a UTC day. A row asks for `asked` calls of one caller; they count towards the day of `org` when `counted`; no
-- `most`: any number. Large quotas are kept in tenths of a second, rounded up, so that a row stays small and there
-- still are never more than `quota` in any `seconds`. Rows are taken in one order, so that replicas cannot wait for
-- each other in a circle.
CREATE FUNCTION take_calls(
    who text[], asked integer[], quota integer[], org uuid[], most integer[], counted boolean[], seconds integer
)
RETURNS TABLE (at integer, passed integer, within_day integer, remaining integer, opens_in float8, used integer)
LANGUAGE plpgsql AS $$
DECLARE
    one record;
    instant bigint;
    step integer;
    today date;
    kept_ticks bigint[];
    kept_counts integer[];
    in_window integer;
BEGIN
    -- A crash may forget the last calls counted; waiting for the disk on every call would be too dear.
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR one IN
        SELECT a.* FROM unnest(who, asked, quota, org, most, counted)
            WITH ORDINALITY AS a(who, asked, quota, org, most, counted, at)
        ORDER BY a.org, a.who, a.at
    LOOP
        INSERT INTO windows (who) VALUES (one.who) ON CONFLICT DO NOTHING;
        SELECT w.ticks, w.counts INTO kept_ticks, kept_counts FROM windows w WHERE w.who = one.who FOR UPDATE;
        instant := extract(epoch FROM clock_timestamp()) * 1000000;
        step := CASE WHEN one.quota > 1000 THEN 100000 ELSE 1 END;
        today := (clock_timestamp() AT TIME ZONE 'UTC')::date;
        SELECT coalesce(array_agg(k.tick ORDER BY k.tick), '{}'), coalesce(array_agg(k.calls ORDER BY k.tick), '{}'),
            coalesce(sum(k.calls), 0)
        INTO kept_ticks, kept_counts, in_window
        FROM unnest(kept_ticks, kept_counts) AS k(tick, calls) WHERE k.tick > instant - seconds * 1000000::bigint;

        at := one.at;
        passed := greatest(least(one.asked, one.quota - in_window), 0);
        remaining := greatest(one.quota - in_window - passed, 0);
        IF passed > 0 THEN
            kept_ticks := kept_ticks || (instant + step - 1) / step * step;
            kept_counts := kept_counts || passed;
            UPDATE windows w SET ticks = kept_ticks, counts = kept_counts, seen_at = clock_timestamp()
            WHERE w.who = one.who;
        END IF;
        opens_in := coalesce((kept_ticks[1] + seconds * 1000000::bigint - instant) / 1000000.0, 0);

        within_day := passed;
        used := 0;
        IF one.org IS NOT NULL THEN
            INSERT INTO days AS d (org, day, used) VALUES (one.org, today, 0)
            ON CONFLICT ON CONSTRAINT days_pkey DO UPDATE SET used = d.used RETURNING d.used INTO used;
            IF one.counted THEN
                within_day := greatest(least(passed, one.most - used), 0);
                used := used + within_day;
                UPDATE days d SET used = take_calls.used WHERE d.org = one.org AND d.day = today;
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

-- migrate:down
DROP FUNCTION take_calls(text[], integer[], integer[], uuid[], integer[], boolean[], integer);
DROP TABLE days, windows;
