-- Counting calls costs a third of what it did, and replicas cannot wait for each other in a circle.
-- migrate:up

-- A minute of counting is forgotten here: rows counted so far do not know how many calls they hold.
TRUNCATE windows;
ALTER TABLE windows ADD COLUMN held integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN windows.held IS 'The sum of counts.';
-- Without an index on what every call changes, a row is changed in its page and leaves nothing behind in the indexes.
DROP INDEX windows_seen_at;
ALTER TABLE windows SET (fillfactor = 50);
ALTER TABLE days SET (fillfactor = 50);

-- Lets calls through: per caller at most `quota` in any `seconds`, and of those per organization at most `most` in
-- a UTC day. A row asks for `asked` calls of one caller; they count towards the day of `org` when `counted`; no
-- `most`: any number. Large quotas are kept in whole seconds, rounded up, so that a row stays small and there still
-- are never more than `quota` in any `seconds`. Callers are taken in one order, all of them before any day, so that
-- replicas cannot wait for each other in a circle.
CREATE OR REPLACE FUNCTION take_calls(
    who text[], asked integer[], quota integer[], org uuid[], most integer[], counted boolean[], seconds integer
)
RETURNS TABLE (at integer, passed integer, within_day integer, remaining integer, opens_in float8, used integer)
LANGUAGE plpgsql AS $$
DECLARE
    places integer[] := '{1}';
    instant bigint;
    span constant bigint := seconds * 1000000::bigint;
    step integer;
    today date;
    kept_ticks bigint[];
    kept_counts integer[];
    in_window integer;
    gone integer;
    fitting integer[] := '{}';
    left_over integer[] := '{}';
    opening float8[] := '{}';
BEGIN
    IF cardinality(who) <> 1 THEN
        places := ARRAY(
            SELECT a.at FROM unnest(who, org) WITH ORDINALITY AS a(who, org, at) ORDER BY a.org, a.who, a.at
        );
    END IF;
    FOREACH at IN ARRAY places LOOP
        SELECT w.ticks, w.counts, w.held INTO kept_ticks, kept_counts, in_window
        FROM windows w WHERE w.who = take_calls.who[at] FOR UPDATE;
        IF NOT FOUND THEN
            INSERT INTO windows (who) VALUES (who[at]) ON CONFLICT DO NOTHING;
            SELECT w.ticks, w.counts, w.held INTO kept_ticks, kept_counts, in_window
            FROM windows w WHERE w.who = take_calls.who[at] FOR UPDATE;
        END IF;
        instant := extract(epoch FROM clock_timestamp()) * 1000000;
        gone := 0;
        WHILE kept_ticks[gone + 1] <= instant - span LOOP
            gone := gone + 1;
            in_window := in_window - kept_counts[gone];
        END LOOP;
        IF gone > 0 THEN
            kept_ticks := kept_ticks[gone + 1:];
            kept_counts := kept_counts[gone + 1:];
        END IF;

        passed := greatest(least(asked[at], quota[at] - in_window), 0);
        fitting[at] := passed;
        left_over[at] := greatest(quota[at] - in_window - passed, 0);
        IF passed > 0 THEN
            step := CASE WHEN quota[at] > 120 THEN 1000000 ELSE 1 END;
            instant := (instant + step - 1) / step * step;
            gone := cardinality(kept_ticks);
            IF kept_ticks[gone] = instant THEN
                kept_counts[gone] := kept_counts[gone] + passed;
            ELSE
                kept_ticks := kept_ticks || instant;
                kept_counts := kept_counts || passed;
            END IF;
            UPDATE windows w SET ticks = kept_ticks, counts = kept_counts, held = in_window + passed,
                seen_at = clock_timestamp()
            WHERE w.who = take_calls.who[at];
        END IF;
        opening[at] := coalesce(
            (kept_ticks[1] + span) / 1000000.0 - extract(epoch FROM clock_timestamp()), 0
        );
    END LOOP;

    today := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    FOREACH at IN ARRAY places LOOP
        passed := fitting[at];
        within_day := passed;
        remaining := left_over[at];
        opens_in := opening[at];
        used := 0;
        IF org[at] IS NOT NULL THEN
            IF NOT counted[at] THEN
                SELECT d.used INTO used FROM days d WHERE d.org = take_calls.org[at] AND d.day = today;
                used := coalesce(used, 0);
            ELSE
                -- A crash may forget the last calls counted; waiting for the disk on every call would be too dear.
                PERFORM set_config('synchronous_commit', 'off', true);
                IF most[at] IS NOT NULL THEN
                    SELECT d.used INTO used FROM days d WHERE d.org = take_calls.org[at] AND d.day = today FOR UPDATE;
                    IF NOT FOUND THEN
                        INSERT INTO days AS d (org, day, used) VALUES (org[at], today, 0)
                        ON CONFLICT ON CONSTRAINT days_pkey DO UPDATE SET used = d.used RETURNING d.used INTO used;
                    END IF;
                    within_day := greatest(least(passed, most[at] - used), 0);
                END IF;
                UPDATE days d SET used = d.used + within_day WHERE d.org = take_calls.org[at] AND d.day = today
                RETURNING d.used INTO used;
                IF NOT FOUND THEN
                    INSERT INTO days AS d (org, day, used) VALUES (org[at], today, within_day)
                    ON CONFLICT ON CONSTRAINT days_pkey DO UPDATE SET used = d.used + within_day
                    RETURNING d.used INTO used;
                END IF;
            END IF;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

-- migrate:down
CREATE OR REPLACE FUNCTION take_calls(
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
ALTER TABLE windows RESET (fillfactor);
ALTER TABLE days RESET (fillfactor);
CREATE INDEX windows_seen_at ON windows (seen_at);
ALTER TABLE windows DROP COLUMN held;
