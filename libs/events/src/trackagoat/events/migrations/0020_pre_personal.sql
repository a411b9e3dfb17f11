-- Keys of the people whose personal fields are sealed, and which facts were taken out of the stream for their sake.
-- migrate:up

CREATE TABLE subject_keys (
    subject uuid PRIMARY KEY,
    org uuid NOT NULL,
    key text,
    made_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz,
    CHECK ((key IS NULL) = (erased_at IS NOT NULL))
);
COMMENT ON TABLE subject_keys IS 'Sealed with the installation key. Without its key a subject is erased, wherever its sealed fields are.';

CREATE TABLE purged (seq bigint PRIMARY KEY);
COMMENT ON TABLE purged IS 'Facts of the feed about erased subjects: the stream need not hold them, and the relay leaves them out.';

GRANT SELECT ON subject_keys TO trackagoat_gateway, trackagoat_notifications;

-- migrate:down
