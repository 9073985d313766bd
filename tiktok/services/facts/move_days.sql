-- Move readings of some videos on to the days that are kept for good: of each day and source the last one, in one row for a
-- quarter. The temporary table `moving (video_id, until)` names the videos, and when the readings to be moved end. One
-- statement: killed anywhere, nothing is moved; done again, nothing is left to do.
--
-- To try it in psql: BEGIN; SELECT set_config('app.organization', '1', true); SET LOCAL timezone = 'UTC';
--   CREATE TEMP TABLE moving AS SELECT id AS video_id, date_trunc('month', now()) AS until FROM tiktok_video LIMIT 10;
-- then paste what follows.
WITH moved AS (
    DELETE FROM tiktok_videosnapshot reading USING moving
    WHERE reading.video_id = moving.video_id AND reading.bucket_at < moving.until AND reading.source <> 'legacy'
    RETURNING reading.*
), touched AS (
    SELECT DISTINCT video_id, source, date_trunc('quarter', fetched_at)::date AS begins_on FROM moved
), readings AS (
    SELECT organization_id, video_id, source, fetched_at,
        video_views, likes, comments, shares, total_engagements, engagement_rate, reach, total_play_time,
        average_play_time, video_completion_rate, falling, absurd, details
    FROM moved
    UNION ALL
    -- What is kept of these quarters already: a reading may come late.
    SELECT organization_id, video_id, source, day.*
    FROM touched JOIN tiktok_videoquarter quarter USING (video_id, source, begins_on) CROSS JOIN LATERAL unnest(
        quarter.fetched_at,
        quarter.video_views, quarter.likes, quarter.comments, quarter.shares, quarter.total_engagements,
        quarter.engagement_rate, quarter.reach, quarter.total_play_time, quarter.average_play_time,
        quarter.video_completion_rate,
        quarter.falling, quarter.absurd, quarter.details
    ) day
), days AS (
    SELECT organization_id, video_id, source, fetched_at, fetched_at::date AS day,
        video_views, likes, comments, shares, total_engagements, engagement_rate, reach, total_play_time,
        average_play_time, video_completion_rate, absurd,
        -- A day on which a number fell says so, and keeps what changed beside the numbers.
        bit_or(coalesce(falling, 0::smallint)) OVER whole_day AS falling,
        (array_agg(details) FILTER (WHERE details IS NOT NULL) OVER whole_day)[1] AS details,
        row_number() OVER (PARTITION BY video_id, source, fetched_at::date ORDER BY fetched_at DESC) AS place
    FROM readings
    WINDOW whole_day AS (
        PARTITION BY video_id, source, fetched_at::date ORDER BY fetched_at DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
    )
), kept AS (
    INSERT INTO tiktok_videoquarter (
        organization_id, video_id, source, begins_on, fetched_at,
        video_views, likes, comments, shares, total_engagements, engagement_rate, reach, total_play_time,
        average_play_time, video_completion_rate, falling, absurd, details
    )
    SELECT organization_id, video_id, source, date_trunc('quarter', day)::date, array_agg(fetched_at ORDER BY day),
        CASE WHEN count(video_views) > 0 THEN array_agg(video_views ORDER BY day) END,
        CASE WHEN count(likes) > 0 THEN array_agg(likes ORDER BY day) END,
        CASE WHEN count(comments) > 0 THEN array_agg(comments ORDER BY day) END,
        CASE WHEN count(shares) > 0 THEN array_agg(shares ORDER BY day) END,
        CASE WHEN count(total_engagements) > 0 THEN array_agg(total_engagements ORDER BY day) END,
        CASE WHEN count(engagement_rate) > 0 THEN array_agg(engagement_rate ORDER BY day) END,
        CASE WHEN count(reach) > 0 THEN array_agg(reach ORDER BY day) END,
        CASE WHEN count(total_play_time) > 0 THEN array_agg(total_play_time ORDER BY day) END,
        CASE WHEN count(average_play_time) > 0 THEN array_agg(average_play_time ORDER BY day) END,
        CASE WHEN count(video_completion_rate) > 0 THEN array_agg(video_completion_rate ORDER BY day) END,
        CASE WHEN bool_or(falling <> 0) THEN array_agg(falling ORDER BY day) END,
        CASE WHEN bool_or(absurd <> 0) THEN array_agg(coalesce(absurd, 0::smallint) ORDER BY day) END,
        CASE WHEN count(details) > 0 THEN array_agg(details ORDER BY day) END
    FROM days WHERE place = 1 GROUP BY 1, 2, 3, 4
    ON CONFLICT (video_id, source, begins_on) DO UPDATE SET
        fetched_at = excluded.fetched_at, video_views = excluded.video_views, likes = excluded.likes,
        comments = excluded.comments, shares = excluded.shares, total_engagements = excluded.total_engagements,
        engagement_rate = excluded.engagement_rate, reach = excluded.reach,
        total_play_time = excluded.total_play_time, average_play_time = excluded.average_play_time,
        video_completion_rate = excluded.video_completion_rate, falling = excluded.falling, absurd = excluded.absurd,
        details = excluded.details
)
SELECT count(*) FROM moved
