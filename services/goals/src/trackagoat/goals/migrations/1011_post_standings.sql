-- What depended on when it was looked at is worked out by whoever shows it.
-- migrate:up

ALTER TABLE compliance
    DROP COLUMN pace,
    DROP COLUMN advisory,
    DROP COLUMN stale,
    DROP COLUMN changes,
    DROP COLUMN turns,
    DROP COLUMN refreshed_at,
    DROP COLUMN previous_period_end,
    DROP COLUMN previous_status,
    DROP COLUMN previous_percentage,
    DROP COLUMN previous_actual,
    DROP COLUMN previous_target,
    DROP COLUMN previous_is_final,
    DROP COLUMN previous_advisory;

-- migrate:down
