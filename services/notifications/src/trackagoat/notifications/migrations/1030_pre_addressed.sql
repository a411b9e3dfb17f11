-- What is told to one person, in whichever org that person looks.
-- migrate:up

CREATE INDEX alerts_addressed ON alerts (addressee, created_at DESC, alert DESC) WHERE addressee IS NOT NULL;

-- migrate:down
