-- How long readings are kept: the plan's days, those of a plan given up during its grace, and up to when they went.
-- migrate:up

ALTER TABLE orgs
    ADD COLUMN previous_tier text,
    ADD COLUMN grace_until timestamptz;
COMMENT ON COLUMN orgs.grace_until IS 'Until then what the previous plan keeps is kept too.';

CREATE TABLE pruned (
    org uuid PRIMARY KEY,
    before timestamptz NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE pruned IS
    'Up to which instant readings of an org were pruned, and when; the last known value of each counter is kept.';

-- Changes of plan that were heard before are not in the rows above: by then every grace that runs now is over.
INSERT INTO due (kind, key, org, due_at) VALUES
    ('retention', 'snapshots', '00000000-0000-0000-0000-000000000000', now() + interval '14 days');

-- migrate:down
