-- Tracking rests while an org is banned.
-- migrate:up

ALTER TABLE orgs ADD COLUMN banned boolean NOT NULL DEFAULT false;

-- migrate:down
ALTER TABLE orgs DROP COLUMN banned;
