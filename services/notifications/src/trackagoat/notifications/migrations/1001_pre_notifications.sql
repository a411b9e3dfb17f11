-- Alerts, who has read them, channels and what was delivered over them.
-- migrate:up

CREATE TABLE zones (
    org uuid PRIMARY KEY,
    timezone text NOT NULL
);
COMMENT ON TABLE zones IS 'Heard from workspace: in which days an org thinks.';

CREATE TABLE handles (
    org uuid NOT NULL,
    creator uuid PRIMARY KEY,
    handle text NOT NULL
);
COMMENT ON TABLE handles IS 'Heard from ingest: what creators are called.';

CREATE TABLE alerts (
    org uuid NOT NULL,
    alert uuid PRIMARY KEY,
    kind text NOT NULL,
    severity text NOT NULL,
    project uuid,
    entity_type text NOT NULL,
    entity_id uuid NOT NULL,
    entity_label text,
    title text NOT NULL,
    body text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    cleared_at timestamptz
);
CREATE INDEX alerts_listed ON alerts (org, created_at DESC, alert DESC);

CREATE TABLE reads (
    org uuid NOT NULL,
    reader uuid NOT NULL,
    alert uuid NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (reader, alert)
);

CREATE TABLE channel_settings (
    org uuid NOT NULL,
    channel uuid PRIMARY KEY,
    kind text NOT NULL,
    name text NOT NULL,
    url text,
    is_active boolean NOT NULL,
    disabled_reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX channel_settings_listed ON channel_settings (org, created_at DESC, channel DESC);

CREATE TABLE channel_secrets (
    org uuid NOT NULL,
    channel uuid PRIMARY KEY,
    sealed_secret text NOT NULL
);
COMMENT ON TABLE channel_secrets IS 'Granted to nobody.';

CREATE TABLE channel_health (
    org uuid NOT NULL,
    channel uuid PRIMARY KEY,
    last_success_at timestamptz,
    failing_since timestamptz
);
COMMENT ON TABLE channel_health IS 'What attempts came to. Not made of facts, so no rebuild touches it.';

CREATE VIEW channels AS
SELECT s.org, s.channel, s.kind, s.name, s.url, s.is_active, s.disabled_reason, h.last_success_at, h.failing_since,
    s.created_at, s.updated_at
FROM channel_settings s LEFT JOIN channel_health h USING (channel);

CREATE TABLE deliveries (
    org uuid NOT NULL,
    delivery uuid PRIMARY KEY,
    channel uuid NOT NULL,
    type text NOT NULL,
    message_id text NOT NULL,
    alert_ids uuid[] NOT NULL,
    status text NOT NULL,
    attempts jsonb NOT NULL DEFAULT '[]',
    next_attempt_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX deliveries_listed ON deliveries (org, created_at DESC, delivery DESC);
CREATE INDEX deliveries_waiting ON deliveries (channel) WHERE status = 'pending';
COMMENT ON TABLE deliveries IS 'What attempts came to. Not made of facts, so no rebuild touches it, and none sends anything again.';

GRANT SELECT ON alerts, reads, channels, deliveries TO trackagoat_gateway;

-- migrate:down
