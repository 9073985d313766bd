-- Keep the numbers of accounts that stand in the temporary table `loading`: the facts of their UTC days, and the latest
-- numbers on the accounts themselves.
--
-- To try it in psql: BEGIN; SELECT set_config('app.organization', '1', true);
--   CREATE TEMP TABLE loading AS
--     SELECT creator_id, source, fetched_at, true AS is_shown, absurd, follower_count, like_count, video_count,
--            average_views, engagement_rate, completion_rate
--     FROM tiktok_creatorsnapshot LIMIT 10;
-- then paste what follows.
--
-- Bits of `absurd` (CREATOR_NUMBERS): 1 follower_count, 2 like_count, 4 video_count, 8 average_views,
-- 16 engagement_rate, 32 completion_rate.
WITH known AS MATERIALIZED (
    SELECT loading.*, latest.organization_id,
        date_trunc('day', loading.fetched_at) AS bucket_at,
        -- The latest row takes a number only from a reading that is not older than the one it has.
        is_shown AND (latest.profile_fetched_at <= loading.fetched_at) IS NOT FALSE AS takes_counts,
        -- Averages and rates that the influencer authorized outlive every reading without an authorization.
        is_shown AND CASE loading.source
            WHEN 'ttcm_authorized' THEN (latest.insights_fetched_at <= loading.fetched_at) IS NOT FALSE
            ELSE latest.insights_fetched_at IS NULL
                AND (latest.profile_fetched_at <= loading.fetched_at) IS NOT FALSE
        END AS takes_rates
    FROM loading JOIN tiktok_creator latest ON latest.id = loading.creator_id
), facts AS (
    INSERT INTO tiktok_creatorsnapshot (
        organization_id, creator_id, source, bucket_at, fetched_at, absurd, follower_count, like_count, video_count,
        average_views, engagement_rate, completion_rate
    )
    SELECT organization_id, creator_id, source, bucket_at, fetched_at, absurd, follower_count, like_count, video_count,
        average_views, engagement_rate, completion_rate
    FROM known
    ON CONFLICT (creator_id, source, bucket_at, organization_id) DO UPDATE SET
        fetched_at = excluded.fetched_at, absurd = excluded.absurd, follower_count = excluded.follower_count,
        like_count = excluded.like_count, video_count = excluded.video_count,
        average_views = excluded.average_views, engagement_rate = excluded.engagement_rate,
        completion_rate = excluded.completion_rate
    WHERE excluded.fetched_at >= tiktok_creatorsnapshot.fetched_at
), taking AS (
    SELECT known.*, CASE WHEN takes_counts THEN 7 ELSE 0 END | CASE WHEN takes_rates THEN 56 ELSE 0 END AS taken
    FROM known
)
UPDATE tiktok_creator latest SET
    follower_count = CASE WHEN takes_counts THEN taking.follower_count ELSE latest.follower_count END,
    like_count = CASE WHEN takes_counts THEN taking.like_count ELSE latest.like_count END,
    video_count = CASE WHEN takes_counts THEN taking.video_count ELSE latest.video_count END,
    profile_source = CASE WHEN takes_counts THEN taking.source ELSE latest.profile_source END,
    profile_fetched_at = CASE WHEN takes_counts THEN taking.fetched_at ELSE latest.profile_fetched_at END,
    average_views = CASE WHEN takes_rates THEN taking.average_views ELSE latest.average_views END,
    engagement_rate = CASE WHEN takes_rates THEN taking.engagement_rate ELSE latest.engagement_rate END,
    completion_rate = CASE WHEN takes_rates THEN taking.completion_rate ELSE latest.completion_rate END,
    insights_fetched_at = CASE
        WHEN takes_rates AND taking.source = 'ttcm_authorized' THEN taking.fetched_at ELSE latest.insights_fetched_at
    END,
    absurd = (latest.absurd & ~taken) | (taking.absurd & taken)
FROM taking
WHERE latest.id = taking.creator_id AND taken <> 0
