-- Who asked to be forgotten, so that nothing heard later says who it was.
-- migrate:up

CREATE TABLE erased (
    org uuid NOT NULL,
    creator uuid PRIMARY KEY
);
COMMENT ON TABLE erased IS 'Heard from ingest: creators whose alerts name nobody any more.';

CREATE TABLE public_erased (
    org uuid NOT NULL,
    creator uuid PRIMARY KEY
);
COMMENT ON TABLE public_erased IS 'Creators the public feed forgot. Part of that record, so no rebuild touches it.';

CREATE INDEX alerts_about ON alerts ((payload ->> 'creator_id')) WHERE payload ? 'creator_id';

-- migrate:down
