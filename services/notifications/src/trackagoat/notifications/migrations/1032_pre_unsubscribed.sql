-- Who no longer wants the letters of an e-mail channel.
-- migrate:up

ALTER TABLE channel_settings ADD COLUMN left_by uuid[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN channel_settings.left_by IS 'Readers who unsubscribed, each the keyed hash of an address.';

CREATE OR REPLACE VIEW channels AS
SELECT s.org, s.channel, s.kind, s.name, s.url, s.sealed_config, s.event_types, s.is_active, s.disabled_reason,
    nullif(h.last_success_at, '-infinity') AS last_success_at,
    (
        SELECT min(a.at) FROM attempts a
        WHERE a.channel = s.channel AND a.error IS NOT NULL
            AND a.at > greatest(coalesce(h.last_success_at, '-infinity'), s.active_since)
    ) AS failing_since,
    s.created_at, s.updated_at, s.left_by
FROM channel_settings s LEFT JOIN channel_health h USING (channel);

-- migrate:down
