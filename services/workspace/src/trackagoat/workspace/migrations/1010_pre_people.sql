-- People: accounts, sessions, members and invitations as others read them; plans with grace; owners of keys.
-- migrate:up

ALTER TABLE orgs
    ADD COLUMN video_expiry_enabled boolean NOT NULL DEFAULT false,
    ADD COLUMN previous_tier text,
    ADD COLUMN grace_until timestamptz,
    ADD COLUMN banned_at timestamptz,
    ADD COLUMN deleted_at timestamptz;

ALTER TABLE api_keys ADD COLUMN owner uuid;
CREATE INDEX api_keys_of_owner ON api_keys (org, owner);

CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    email text,
    email_hash text UNIQUE,
    name text,
    is_platform_admin boolean NOT NULL,
    active_org uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    banned_at timestamptz,
    erased_at timestamptz
);
COMMENT ON COLUMN users.email_hash IS 'HMAC-SHA256 of the address in lower case under a key derived from the installation''s.';

CREATE TABLE credentials (
    user_id uuid PRIMARY KEY,
    password text NOT NULL,
    reset_digest text UNIQUE,
    reset_nonce uuid,
    reset_expires_at timestamptz
);
COMMENT ON COLUMN credentials.password IS 'An argon2id string.';

CREATE TABLE sessions (
    session uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    digest text NOT NULL UNIQUE,
    user_agent text,
    created_at timestamptz NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id, created_at DESC, session DESC);

CREATE TABLE members (
    org uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    joined_at timestamptz NOT NULL,
    PRIMARY KEY (org, user_id)
);
CREATE INDEX members_of_user ON members (user_id, joined_at);
CREATE INDEX members_listed ON members (org, joined_at DESC, user_id DESC);

CREATE TABLE invitations (
    org uuid NOT NULL,
    invitation uuid PRIMARY KEY,
    email text NOT NULL,
    email_hash text NOT NULL,
    role text NOT NULL,
    status text NOT NULL,
    nonce uuid NOT NULL,
    digest text NOT NULL UNIQUE,
    invited_by uuid,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX invitations_listed ON invitations (org, created_at DESC, invitation DESC);
CREATE INDEX invitations_to ON invitations (email_hash);

CREATE TABLE mailed (
    nonce uuid PRIMARY KEY,
    at timestamptz NOT NULL
);
COMMENT ON TABLE mailed IS 'Which tokens were handed to the mail server: none goes out twice.';

GRANT SELECT ON users, credentials, sessions, members, invitations TO trackagoat_gateway;

-- migrate:down
