-- Views of counted posts, creator by creator, for medians.
-- migrate:up

CREATE INDEX videos_medians ON videos (project, creator_id, view_count) INCLUDE (org) WHERE counted;

-- migrate:down
