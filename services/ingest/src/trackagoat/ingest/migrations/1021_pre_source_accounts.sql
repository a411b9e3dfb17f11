-- Accounts whose owners let a source read them; tokens are sealed with the installation's key.
-- migrate:up

CREATE TABLE source_accounts (
    org uuid NOT NULL,
    source text NOT NULL,
    handle_key text NOT NULL,
    tiktok_handle text NOT NULL,
    connection uuid NOT NULL UNIQUE,
    account text NOT NULL,
    scopes text[] NOT NULL,
    sealed_tokens text NOT NULL,
    expires_at timestamptz NOT NULL,
    renewable_until timestamptz NOT NULL,
    connected_at timestamptz NOT NULL,
    renewed_at timestamptz,
    disconnected_at timestamptz,
    reason text,
    PRIMARY KEY (org, source, handle_key)
);

-- migrate:down
