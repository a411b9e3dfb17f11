-- Creators that are disabled are read no longer, so their numbers are neither fresh nor stale; their goals go on.
-- migrate:up

ALTER TABLE creators ADD COLUMN disabled boolean NOT NULL DEFAULT false;

-- migrate:down
ALTER TABLE creators DROP COLUMN disabled;
