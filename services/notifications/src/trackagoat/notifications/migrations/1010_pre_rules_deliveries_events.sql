-- Rules, channels of more kinds, deliveries made of facts, the public events of an org, and what alerts are made of.
-- migrate:up

ALTER TABLE alerts
    ADD COLUMN bell boolean NOT NULL DEFAULT true,
    ADD COLUMN addressee uuid,
    ADD COLUMN for_admins boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN alerts.bell IS 'Whether it shows in the app: to everybody, to the addressee, or to admins.';
CREATE INDEX alerts_rung ON alerts (org, created_at DESC, alert DESC) WHERE bell;

CREATE TABLE all_reads (
    org uuid NOT NULL,
    reader uuid NOT NULL,
    before timestamptz NOT NULL,
    read_at timestamptz NOT NULL,
    PRIMARY KEY (reader, org, before)
);
COMMENT ON TABLE all_reads IS 'Who said at read_at that everything raised until then is read.';

CREATE TABLE rules (
    org uuid NOT NULL,
    rule uuid PRIMARY KEY,
    name text NOT NULL,
    projects uuid[],
    kinds text[],
    min_severity text NOT NULL,
    channels uuid[] NOT NULL,
    digest text NOT NULL,
    quiet_hours jsonb,
    is_active boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX rules_listed ON rules (org, created_at DESC, rule DESC);

ALTER TABLE channel_settings
    ADD COLUMN sealed_config text,
    ADD COLUMN event_types text[] NOT NULL DEFAULT '{}',
    ADD COLUMN active_since timestamptz;
UPDATE channel_settings SET active_since = created_at;
ALTER TABLE channel_settings ALTER COLUMN active_since SET NOT NULL;
CREATE INDEX channel_settings_subscribed ON channel_settings (org) WHERE event_types <> '{}' AND is_active;

ALTER TABLE channel_secrets ADD COLUMN previous_secret text, ADD COLUMN previous_until timestamptz;

CREATE TABLE attempts (
    org uuid NOT NULL,
    delivery uuid NOT NULL,
    channel uuid NOT NULL,
    at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    http_status integer,
    error text,
    response text,
    PRIMARY KEY (delivery, at)
);
CREATE INDEX attempts_failed ON attempts (channel, at) WHERE error IS NOT NULL;
INSERT INTO attempts (org, delivery, channel, at, duration_ms, http_status, error)
SELECT d.org, d.delivery, d.channel, (a ->> 'at')::timestamptz, (a ->> 'duration_ms')::int, (a ->> 'http_status')::int,
    a ->> 'error'
FROM deliveries d, jsonb_array_elements(d.attempts) a
ON CONFLICT DO NOTHING;

ALTER TABLE deliveries DROP COLUMN attempts, ADD COLUMN event uuid, ADD COLUMN queued_at timestamptz,
    ADD COLUMN as_of timestamptz;
UPDATE deliveries SET queued_at = created_at, as_of = created_at;
ALTER TABLE deliveries ALTER COLUMN queued_at SET NOT NULL, ALTER COLUMN as_of SET NOT NULL;
CREATE INDEX deliveries_of_channel ON deliveries (channel, created_at DESC);
COMMENT ON TABLE deliveries IS 'Every message to every channel, and what it came to by the facts until as_of.';

CREATE TABLE waits (
    org uuid NOT NULL,
    channel uuid NOT NULL,
    alert uuid NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (channel, alert)
);
COMMENT ON TABLE waits IS 'Alerts that go out over a channel in its next digest.';

DROP VIEW channels;
ALTER TABLE channel_health DROP COLUMN failing_since;
UPDATE channel_health SET last_success_at = '-infinity' WHERE last_success_at IS NULL;
COMMENT ON TABLE channel_health IS 'When something last got through.';

CREATE VIEW channels AS
SELECT s.org, s.channel, s.kind, s.name, s.url, s.sealed_config, s.event_types, s.is_active, s.disabled_reason,
    nullif(h.last_success_at, '-infinity') AS last_success_at,
    (
        SELECT min(a.at) FROM attempts a
        WHERE a.channel = s.channel AND a.error IS NOT NULL
            AND a.at > greatest(coalesce(h.last_success_at, '-infinity'), s.active_since)
    ) AS failing_since,
    s.created_at, s.updated_at
FROM channel_settings s LEFT JOIN channel_health h USING (channel);

CREATE TABLE public_heads (
    org uuid PRIMARY KEY,
    head bigint NOT NULL,
    added bigint NOT NULL,
    pruned bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE public_heads IS 'The last position of each org, how many the last page added, and the last one not kept any more.';

CREATE TABLE public_events (
    org uuid NOT NULL,
    position bigint NOT NULL,
    event uuid NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    project uuid,
    subject_type text NOT NULL,
    subject uuid NOT NULL,
    actor_type text NOT NULL,
    actor uuid,
    request_id text,
    data jsonb NOT NULL,
    PRIMARY KEY (org, position)
);
CREATE UNIQUE INDEX public_events_once ON public_events (org, event);
CREATE INDEX public_events_old ON public_events (recorded_at);
COMMENT ON TABLE public_events IS 'The public events of an org in the order they got here. That order was handed out to readers, so it is a record itself and no rebuild touches it.';

CREATE TABLE names (
    org uuid NOT NULL,
    entity uuid PRIMARY KEY,
    name text NOT NULL
);
COMMENT ON TABLE names IS 'Heard from others: what campaigns and projects are called.';

INSERT INTO due (kind, key, org, due_at) VALUES ('tidy', 'public_events', '00000000-0000-0000-0000-000000000000', now())
ON CONFLICT DO NOTHING;

GRANT SELECT ON all_reads, rules, channels, attempts, public_heads, public_events TO trackagoat_gateway;

-- migrate:down
