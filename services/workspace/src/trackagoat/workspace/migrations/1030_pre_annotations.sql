-- What people noted on days of projects, and what happened there by itself.
-- migrate:up

CREATE TABLE annotations (
    org uuid NOT NULL,
    annotation uuid PRIMARY KEY,
    project uuid NOT NULL,
    date date,
    happened_at timestamptz,
    kind text NOT NULL,
    label text NOT NULL,
    body text,
    entity_type text,
    entity uuid,
    is_automatic boolean NOT NULL DEFAULT false,
    created_by uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (is_automatic = (date IS NULL) AND is_automatic = (happened_at IS NOT NULL))
);
CREATE INDEX annotations_listed ON annotations (org, project);
COMMENT ON COLUMN annotations.happened_at IS
    'Of automatic ones, whose day follows from the timezone of the org; those of people have a date.';

GRANT SELECT ON annotations TO trackagoat_gateway;

-- migrate:down
