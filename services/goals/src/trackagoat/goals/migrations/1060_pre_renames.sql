-- A renamed creator is another account: the first reading of its profile after that gains nothing.
-- migrate:up

CREATE TABLE renames (
    org uuid NOT NULL,
    creator uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (creator, at)
);

-- migrate:down
DROP TABLE renames;
