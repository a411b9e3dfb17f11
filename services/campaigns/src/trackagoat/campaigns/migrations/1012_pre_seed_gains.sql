-- Levels known before gains were kept count as baselines, so that totals go on from where they stand.
-- What was gained before comes with `goat rebuild campaigns totals`.
-- migrate:up

INSERT INTO video_quarters (org, video, quarter, views, views_at, likes, likes_at, comments, comments_at, shares,
    shares_at, saves, saves_at)
SELECT org, video, date_bin('15 minutes', greatest(views_at, likes_at, comments_at, shares_at, saves_at),
    '2000-01-01Z'),
    views, views_at, likes, likes_at, comments, comments_at, shares, shares_at, saves, saves_at
FROM videos WHERE greatest(views_at, likes_at, comments_at, shares_at, saves_at) IS NOT NULL;

INSERT INTO first_readings (org, video, read_at, views, views_at, likes, likes_at, comments, comments_at, shares,
    shares_at, saves, saves_at)
SELECT org, video, least(views_at, likes_at, comments_at, shares_at, saves_at),
    views, views_at, likes, likes_at, comments, comments_at, shares, shares_at, saves, saves_at
FROM videos WHERE least(views_at, likes_at, comments_at, shares_at, saves_at) IS NOT NULL;

INSERT INTO campaign_quarters (org, campaign, quarter, posts, readings,
    views, likes, comments, shares, saves,
    views_base, likes_base, comments_base, shares_base, saves_base,
    views_known, likes_known, comments_known, shares_known, saves_known,
    views_baselines, likes_baselines, comments_baselines, shares_baselines, saves_baselines)
SELECT org, campaign, quarter, sum(posts), sum(readings),
    0, 0, 0, 0, 0,
    coalesce(sum(views), 0), coalesce(sum(likes), 0), coalesce(sum(comments), 0), coalesce(sum(shares), 0),
        coalesce(sum(saves), 0),
    count(views), count(likes), count(comments), count(shares), count(saves),
    count(views), count(likes), count(comments), count(shares), count(saves)
FROM (
    SELECT m.org, m.campaign, q.quarter, 0 AS posts, 1 AS readings, q.views, q.likes, q.comments, q.shares, q.saves
    FROM membership m JOIN video_quarters q USING (video)
    UNION ALL
    SELECT m.org, m.campaign, date_bin('15 minutes', v.posted_at, '2000-01-01Z'), 1, 0, NULL, NULL, NULL, NULL, NULL
    FROM membership m JOIN videos v USING (video) WHERE v.posted_at IS NOT NULL
) AS t
GROUP BY org, campaign, quarter;

INSERT INTO campaign_days (org, campaign, day, posts, readings,
    views, likes, comments, shares, saves,
    views_base, likes_base, comments_base, shares_base, saves_base,
    views_known, likes_known, comments_known, shares_known, saves_known,
    views_baselines, likes_baselines, comments_baselines, shares_baselines, saves_baselines)
SELECT q.org, q.campaign, (q.quarter AT TIME ZONE coalesce(o.timezone, 'UTC'))::date AS day,
    sum(q.posts), sum(q.readings), sum(q.views), sum(q.likes), sum(q.comments), sum(q.shares), sum(q.saves),
        sum(q.views_base), sum(q.likes_base), sum(q.comments_base), sum(q.shares_base), sum(q.saves_base),
        sum(q.views_known), sum(q.likes_known), sum(q.comments_known), sum(q.shares_known), sum(q.saves_known),
        sum(q.views_baselines), sum(q.likes_baselines), sum(q.comments_baselines), sum(q.shares_baselines),
        sum(q.saves_baselines)
FROM campaign_quarters q LEFT JOIN orgs o USING (org)
GROUP BY q.org, q.campaign, day;

-- migrate:down
