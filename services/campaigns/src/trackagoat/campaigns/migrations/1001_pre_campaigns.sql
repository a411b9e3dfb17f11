-- Campaigns as readers see them, and the sets their totals are kept from.
-- migrate:up

CREATE TABLE campaigns (
    org uuid NOT NULL,
    campaign uuid PRIMARY KEY,
    project uuid NOT NULL,
    name text NOT NULL,
    readme text,
    metadata jsonb NOT NULL,
    target_views bigint,
    target_at timestamptz,
    item_count integer NOT NULL DEFAULT 0,
    video_count integer NOT NULL DEFAULT 0 CHECK (video_count >= 0),
    creator_count integer NOT NULL DEFAULT 0 CHECK (creator_count >= 0),
    views_sum bigint NOT NULL DEFAULT 0,
    likes_sum bigint NOT NULL DEFAULT 0,
    comments_sum bigint NOT NULL DEFAULT 0,
    shares_sum bigint NOT NULL DEFAULT 0,
    saves_sum bigint NOT NULL DEFAULT 0,
    views_known integer NOT NULL DEFAULT 0 CHECK (views_known BETWEEN 0 AND video_count),
    likes_known integer NOT NULL DEFAULT 0 CHECK (likes_known BETWEEN 0 AND video_count),
    comments_known integer NOT NULL DEFAULT 0 CHECK (comments_known BETWEEN 0 AND video_count),
    shares_known integer NOT NULL DEFAULT 0 CHECK (shares_known BETWEEN 0 AND video_count),
    saves_known integer NOT NULL DEFAULT 0 CHECK (saves_known BETWEEN 0 AND video_count),
    views bigint GENERATED ALWAYS AS (CASE WHEN views_known > 0 OR video_count = 0 THEN views_sum END) STORED,
    likes bigint GENERATED ALWAYS AS (CASE WHEN likes_known > 0 OR video_count = 0 THEN likes_sum END) STORED,
    comments bigint GENERATED ALWAYS AS (CASE WHEN comments_known > 0 OR video_count = 0 THEN comments_sum END) STORED,
    shares bigint GENERATED ALWAYS AS (CASE WHEN shares_known > 0 OR video_count = 0 THEN shares_sum END) STORED,
    saves bigint GENERATED ALWAYS AS (CASE WHEN saves_known > 0 OR video_count = 0 THEN saves_sum END) STORED,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX campaigns_listed ON campaigns (org, created_at DESC, campaign DESC);
CREATE INDEX campaigns_of_project ON campaigns (project, created_at DESC, campaign DESC);
COMMENT ON TABLE campaigns IS
    'One row per campaign with its recursive totals: null when every value is unknown, 0 when there is no video.';

CREATE TABLE items (
    org uuid NOT NULL,
    project uuid NOT NULL,
    campaign uuid NOT NULL,
    item_type text NOT NULL,
    item uuid NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (campaign, item_type, item)
);
CREATE INDEX items_holders ON items (item, item_type);
CREATE INDEX items_listed ON items (campaign, added_at DESC, item DESC);

CREATE TABLE closure (
    org uuid NOT NULL,
    ancestor uuid NOT NULL,
    descendant uuid NOT NULL,
    paths numeric NOT NULL CHECK (paths > 0),
    PRIMARY KEY (descendant, ancestor)
);
CREATE INDEX closure_down ON closure (ancestor, descendant);
COMMENT ON TABLE closure IS
    'In how many ways one campaign lies in another; itself in one. Diamonds multiply, so no integer is wide enough.';

CREATE TABLE creators (
    org uuid NOT NULL,
    creator uuid PRIMARY KEY,
    project uuid NOT NULL,
    removed boolean NOT NULL
);
CREATE INDEX creators_of_project ON creators (project);

CREATE TABLE videos (
    org uuid NOT NULL,
    video uuid PRIMARY KEY,
    project uuid NOT NULL,
    creator_id uuid,
    counts boolean NOT NULL DEFAULT false,
    posted_at timestamptz,
    views bigint,
    likes bigint,
    comments bigint,
    shares bigint,
    saves bigint,
    views_at timestamptz,
    likes_at timestamptz,
    comments_at timestamptz,
    shares_at timestamptz,
    saves_at timestamptz
) WITH (fillfactor = 80);
CREATE INDEX videos_of_creator ON videos (creator_id);
CREATE INDEX videos_of_project ON videos (project);
COMMENT ON COLUMN videos.counts IS 'Its own status lets it count and it is not removed; its owner may be, see counted_videos.';
COMMENT ON COLUMN videos.views IS 'The level: the known value with the greatest (views_at, views). The other counters alike.';

CREATE VIEW counted_videos AS
SELECT org, video, project, creator_id, posted_at, views, likes, comments, shares, saves
FROM videos
WHERE counts AND NOT EXISTS (
    SELECT FROM creators c
    WHERE c.creator = videos.creator_id AND c.removed
        AND (c.org, c.project) IS NOT DISTINCT FROM (videos.org, videos.project)
);

CREATE TABLE membership (
    org uuid NOT NULL,
    campaign uuid NOT NULL,
    video uuid NOT NULL,
    paths numeric NOT NULL CHECK (paths > 0),
    PRIMARY KEY (campaign, video)
);
CREATE INDEX membership_above ON membership (video, campaign);
COMMENT ON TABLE membership IS 'The counted videos of every campaign, each once, and in how many ways it is reached.';

CREATE TABLE campaign_creators (
    org uuid NOT NULL,
    project uuid NOT NULL,
    campaign uuid NOT NULL,
    creator uuid NOT NULL,
    item_paths numeric NOT NULL CHECK (item_paths >= 0),
    videos integer NOT NULL CHECK (videos >= 0),
    PRIMARY KEY (campaign, creator)
);
CREATE INDEX campaign_creators_above ON campaign_creators (creator);
COMMENT ON TABLE campaign_creators IS
    'Creators found in a campaign: in how many ways as an item, and with how many of its counted videos.';

CREATE TABLE gone (
    org uuid NOT NULL,
    project uuid PRIMARY KEY
);
COMMENT ON TABLE gone IS 'Deleted projects: what is heard of them afterwards leaves no rows.';

GRANT SELECT ON campaigns, items, closure, membership, campaign_creators, creators, videos, counted_videos
    TO trackagoat_gateway;

-- migrate:down
