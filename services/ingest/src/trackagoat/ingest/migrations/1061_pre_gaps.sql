-- Gaps that discovery left and has not closed yet.
-- migrate:up

ALTER TABLE creators ADD COLUMN gap_from timestamptz, ADD COLUMN gap_to timestamptz;
COMMENT ON COLUMN creators.gap_from IS 'Posts between these times may be missing; null: nothing is known to be.';

-- migrate:down
ALTER TABLE creators DROP COLUMN gap_from, DROP COLUMN gap_to;
