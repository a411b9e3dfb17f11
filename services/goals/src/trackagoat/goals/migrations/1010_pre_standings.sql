-- What was decided of a goal is written from goals' own facts; what is shown of it follows from the rows.
-- migrate:up

CREATE TABLE zones (
    org uuid NOT NULL,
    since timestamptz NOT NULL,
    timezone text NOT NULL,
    PRIMARY KEY (org, since)
);
COMMENT ON TABLE zones IS 'The clocks an org went by: a period ends by the clock of its end, whenever that is heard of.';
INSERT INTO zones SELECT org, '2000-01-01Z', timezone FROM orgs;

ALTER TABLE goal_terms ADD COLUMN start_date date;
UPDATE goal_terms t SET start_date = g.start_date FROM goals g WHERE g.goal = t.goal;
ALTER TABLE goal_terms ALTER COLUMN start_date SET NOT NULL;

ALTER TABLE results ADD COLUMN first_day date;
UPDATE results r SET first_day = (r.period_start AT TIME ZONE coalesce(o.timezone, 'UTC'))::date
    FROM goals g LEFT JOIN orgs o USING (org) WHERE g.goal = r.goal;
ALTER TABLE results ALTER COLUMN first_day SET NOT NULL;
COMMENT ON COLUMN results.first_day IS 'Names the period; its bounds are those of the clock it ended by.';

CREATE TABLE standings (
    org uuid NOT NULL,
    goal uuid PRIMARY KEY,
    first_day date,
    status text NOT NULL DEFAULT 'on_track',
    stale boolean NOT NULL DEFAULT false,
    changes integer NOT NULL DEFAULT 0,
    turns integer NOT NULL DEFAULT 0
);
COMMENT ON COLUMN standings.first_day IS 'The running period whose status was said last.';
COMMENT ON COLUMN standings.changes IS 'How often a status or a revised result was said; makes the next one unique.';
COMMENT ON COLUMN standings.turns IS 'How often scrape_stale was raised or cleared.';
INSERT INTO standings SELECT org, goal, open_day, status, stale, changes, turns FROM compliance;

ALTER TABLE compliance
    ALTER COLUMN open_day DROP NOT NULL,
    ADD COLUMN looked_from date,
    ADD COLUMN rate numeric,
    ADD COLUMN judged_from timestamptz,
    ADD COLUMN read_at timestamptz,
    ADD COLUMN tracked_since timestamptz,
    ADD COLUMN interval_hours integer,
    ADD COLUMN youngest_post_at timestamptz;
COMMENT ON TABLE compliance IS
    'What is shown of a goal until something happens or falls due; nothing in it depends on when it was worked out.';
COMMENT ON COLUMN compliance.looked_from IS 'The start date of the goal that open_day was worked out for.';
COMMENT ON COLUMN compliance.rate IS 'Actual divided by target, to 24 decimals; null when the actual is unknown.';
COMMENT ON COLUMN compliance.judged_from IS 'From here on pace decides; null when the period shown does not run.';
COMMENT ON COLUMN compliance.tracked_since IS 'Since when the creator is tracked; null while it is not active.';
COMMENT ON COLUMN compliance.interval_hours IS 'Hours between readings of the figure, before the age of posts.';
COMMENT ON COLUMN compliance.youngest_post_at IS 'Set where the age of the youngest post stretches the interval.';

-- migrate:down
