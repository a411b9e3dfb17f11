-- Where campaigns stand against their targets, and between which totals nobody has to look.
-- migrate:up

ALTER TABLE campaigns
    ADD COLUMN target_state text NOT NULL DEFAULT 'on_track',
    ADD COLUMN reached_at timestamptz,
    ADD COLUMN target_turns integer NOT NULL DEFAULT 0;
CREATE INDEX campaigns_aiming ON campaigns (org) WHERE target_views IS NOT NULL AND reached_at IS NULL;
COMMENT ON COLUMN campaigns.target_state IS 'What was last said; what it is at an instant follows from total, target and time.';
COMMENT ON COLUMN campaigns.target_turns IS 'How often the target or what was said of it changed; makes the next saying unique.';

CREATE TABLE target_watch (
    org uuid NOT NULL,
    campaign uuid PRIMARY KEY,
    target_views bigint NOT NULL,
    target_at timestamptz,
    at_least bigint NOT NULL,
    below bigint NOT NULL
);
COMMENT ON TABLE target_watch IS
    'While a total is in [at_least, below) only time can change how the campaign stands. Written by due work, not rebuilt.';

-- migrate:down
