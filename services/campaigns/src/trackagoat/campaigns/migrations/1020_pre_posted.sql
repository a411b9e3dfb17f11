-- Posts of a range, for boards of campaigns side by side.
-- migrate:up

CREATE INDEX videos_posted_of_project ON videos (project, posted_at);

-- migrate:down
