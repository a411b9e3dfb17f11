-- Creators that are removed are heard of by the projection that hears all of ingest; what it had not passed on is due.
-- migrate:up

INSERT INTO due (kind, key, org, due_at, payload)
SELECT DISTINCT 'abandon', 'creator-' || c.creator, c.org, now(), jsonb_build_object('creator', c.creator)
FROM creators c JOIN goals g ON g.creator = c.creator
WHERE c.removed AND g.is_active
ON CONFLICT (kind, key) DO NOTHING;

DELETE FROM checkpoints WHERE projection = 'end_goals';
DELETE FROM parked WHERE projection = 'end_goals';

-- migrate:down
