-- Videos of an org, whose readings are pruned together.
-- migrate:up

CREATE INDEX videos_of_org ON videos (org);

-- migrate:down
