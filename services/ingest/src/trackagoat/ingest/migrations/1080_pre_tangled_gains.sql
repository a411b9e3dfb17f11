-- What late readings add is worked out by a statement of its own, planned only where there are any.
-- migrate:up

CREATE FUNCTION tangled_gains(uuid[], timestamptz[], bigint[], bigint[], bigint[], bigint[], bigint[])
    RETURNS TABLE (
        org uuid, video uuid, gains_in uuid, gains_in_too uuid, quarter timestamptz, readings integer,
        views bigint, likes bigint, comments bigint, shares bigint, saves bigint,
        views_base bigint, likes_base bigint, comments_base bigint, shares_base bigint, saves_base bigint,
        views_firsts smallint, likes_firsts smallint, comments_firsts smallint, shares_firsts smallint,
        saves_firsts smallint,
        views_baselines smallint, likes_baselines smallint, comments_baselines smallint, shares_baselines smallint,
        saves_baselines smallint
    )
    LANGUAGE plpgsql STABLE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH new AS (
        SELECT t.* FROM unnest($1, $2, $3, $4, $5, $6, $7) AS t(video, at, views, likes, comments, shares, saves)
    ), post AS (
        SELECT video, min(at) AS since, max(at) AS until FROM new GROUP BY video
    ), known AS (
        SELECT p.*, v.org, v.gains_in, CASE WHEN c.gains_in_project THEN v.project END AS gains_in_too,
            v.view_count, v.like_count, v.comment_count, v.share_count, v.save_count,
            v.first_scraped_at, v.last_scraped_at, p.since > v.last_scraped_at OR v.last_scraped_at IS NULL AS is_later,
            CASE WHEN v.origin = 'discovery' THEN v.posted_at + interval '24 hours' END AS gathered_until
        FROM post p JOIN videos v USING (video) LEFT JOIN creators c ON c.creator = v.gains_in
    ), stretch AS (
        SELECT k.org, k.video, k.gains_in, k.gains_in_too, k.since, k.first_scraped_at, k.gathered_until,
            CASE WHEN k.until < k.last_scraped_at THEN (
                SELECT min(s.fetched_at) FROM video_snapshots s WHERE s.video = k.video AND s.fetched_at > k.until
                    AND num_nulls(s.view_count, s.like_count, s.comment_count, s.share_count, s.save_count) = 0
            ) END AS until,
            ARRAY[
                CASE WHEN k.is_later THEN k.view_count ELSE (
                    SELECT s.view_count FROM video_snapshots s
                    WHERE s.video = k.video AND s.fetched_at < k.since AND s.view_count IS NOT NULL
                    ORDER BY s.fetched_at DESC, s.view_count DESC LIMIT 1
                ) END,
                CASE WHEN k.is_later THEN k.like_count ELSE (
                    SELECT s.like_count FROM video_snapshots s
                    WHERE s.video = k.video AND s.fetched_at < k.since AND s.like_count IS NOT NULL
                    ORDER BY s.fetched_at DESC, s.like_count DESC LIMIT 1
                ) END,
                CASE WHEN k.is_later THEN k.comment_count ELSE (
                    SELECT s.comment_count FROM video_snapshots s
                    WHERE s.video = k.video AND s.fetched_at < k.since AND s.comment_count IS NOT NULL
                    ORDER BY s.fetched_at DESC, s.comment_count DESC LIMIT 1
                ) END,
                CASE WHEN k.is_later THEN k.share_count ELSE (
                    SELECT s.share_count FROM video_snapshots s
                    WHERE s.video = k.video AND s.fetched_at < k.since AND s.share_count IS NOT NULL
                    ORDER BY s.fetched_at DESC, s.share_count DESC LIMIT 1
                ) END,
                CASE WHEN k.is_later THEN k.save_count ELSE (
                    SELECT s.save_count FROM video_snapshots s
                    WHERE s.video = k.video AND s.fetched_at < k.since AND s.save_count IS NOT NULL
                    ORDER BY s.fetched_at DESC, s.save_count DESC LIMIT 1
                ) END
            ] AS prior
        FROM known k
    ), old AS (
        SELECT s.video, s.fetched_at, s.view_count, s.like_count, s.comment_count, s.share_count, s.save_count
        FROM stretch t JOIN video_snapshots s ON s.video = t.video AND s.fetched_at >= t.since
            AND s.fetched_at <= coalesce(t.until, 'infinity')
    ), points AS (
        SELECT r.video, r.sign, c.n, r.at, max(c.value) AS value
        FROM (
            SELECT *, 1 AS sign FROM new UNION ALL SELECT *, 1 FROM old UNION ALL SELECT *, -1 FROM old
        ) AS r CROSS JOIN LATERAL (
            VALUES (1, r.views), (2, r.likes), (3, r.comments), (4, r.shares), (5, r.saves)
        ) AS c(n, value)
        WHERE c.value IS NOT NULL GROUP BY r.video, r.sign, c.n, r.at
    ), steps AS (
        SELECT p.video, p.sign, p.n, p.at, p.value,
            coalesce(lag(p.value) OVER (PARTITION BY p.video, p.sign, p.n ORDER BY p.at), t.prior[p.n]) AS before,
            coalesce(p.at <= t.gathered_until AND p.at = CASE WHEN p.sign = 1
                THEN least(t.first_scraped_at, t.since) ELSE t.first_scraped_at END, false) AS gathered
        FROM points p JOIN stretch t USING (video)
    ), told AS (
        SELECT video, quarter(at) AS quarter, n,
            sum(sign * CASE WHEN before IS NOT NULL THEN value - before WHEN gathered THEN value ELSE 0 END) AS gain,
            sum(sign * value) FILTER (WHERE before IS NULL AND NOT gathered) AS base,
            sum(sign) FILTER (WHERE before IS NULL) AS firsts,
            sum(sign) FILTER (WHERE before IS NULL AND NOT gathered) AS baselines
        FROM steps GROUP BY video, quarter(at), n
        UNION ALL
        SELECT video, quarter(at), 0, count(*), NULL, NULL, NULL FROM new
        WHERE num_nonnulls(views, likes, comments, shares, saves) > 0 GROUP BY video, quarter(at)
    )
    SELECT t.org, t.video, t.gains_in, t.gains_in_too, d.quarter,
        coalesce(sum(gain) FILTER (WHERE n = 0), 0)::int,
        coalesce(sum(gain) FILTER (WHERE n = 1), 0)::bigint,
        coalesce(sum(gain) FILTER (WHERE n = 2), 0)::bigint,
        coalesce(sum(gain) FILTER (WHERE n = 3), 0)::bigint,
        coalesce(sum(gain) FILTER (WHERE n = 4), 0)::bigint,
        coalesce(sum(gain) FILTER (WHERE n = 5), 0)::bigint,
        (sum(base) FILTER (WHERE n = 1))::bigint, (sum(base) FILTER (WHERE n = 2))::bigint,
        (sum(base) FILTER (WHERE n = 3))::bigint, (sum(base) FILTER (WHERE n = 4))::bigint,
        (sum(base) FILTER (WHERE n = 5))::bigint,
        (sum(firsts) FILTER (WHERE n = 1))::smallint, (sum(firsts) FILTER (WHERE n = 2))::smallint,
        (sum(firsts) FILTER (WHERE n = 3))::smallint, (sum(firsts) FILTER (WHERE n = 4))::smallint,
        (sum(firsts) FILTER (WHERE n = 5))::smallint,
        (sum(baselines) FILTER (WHERE n = 1))::smallint, (sum(baselines) FILTER (WHERE n = 2))::smallint,
        (sum(baselines) FILTER (WHERE n = 3))::smallint, (sum(baselines) FILTER (WHERE n = 4))::smallint,
        (sum(baselines) FILTER (WHERE n = 5))::smallint
    FROM told d JOIN stretch t USING (video) GROUP BY t.org, t.video, t.gains_in, t.gains_in_too, d.quarter;
END
$$;
COMMENT ON FUNCTION tangled_gains IS
    'What readings add that are late, or several of a post (video, at, five counters), before they are stored: worked out
with and without them over the stretch they can touch, from the first new one to the next old one that knows all counters.';

-- migrate:down
DROP FUNCTION tangled_gains;
