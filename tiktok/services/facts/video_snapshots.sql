-- Keep the numbers of videos that stand in the temporary table `loading`: the facts of their hours, and the latest numbers
-- on the videos themselves. One statement, so that the two cannot disagree.
--
-- To try it in psql: BEGIN; SELECT set_config('app.organization', '1', true);
--   CREATE TEMP TABLE loading AS
--     SELECT video_id, source, fetched_at, false AS may_exist, absurd, video_views, likes, comments, shares,
--            total_engagements, engagement_rate, reach, total_play_time, average_play_time, video_completion_rate
--     FROM tiktok_videosnapshot LIMIT 10;
-- then paste what follows.
--
-- Bits of `falling` and `absurd` (VIDEO_NUMBERS): 1 video_views, 2 likes, 4 comments, 8 shares, 16 total_engagements,
-- 32 engagement_rate, 64 reach, 128 total_play_time, 256 average_play_time, 512 video_completion_rate.
WITH read AS (
    SELECT loading.*, latest.organization_id,
        date_trunc('hour', loading.fetched_at) AS bucket_at,
        -- The time of the latest row that every reading of the source moves on: no fact of the source is later.
        CASE loading.source
            WHEN 'ttcm_public' THEN latest.counts_fetched_at
            WHEN 'ttcm_authorized' THEN latest.counts_fetched_at
            WHEN 'order_report' THEN latest.report_fetched_at
        END AS source_fetched_at,
        -- The latest row takes a number only from a reading that is not older than the one it has.
        (loading.source <> 'order_report' OR loading.video_views IS NOT NULL)
            AND (latest.counts_fetched_at <= loading.fetched_at) IS NOT FALSE AS takes_counts,
        loading.source = 'order_report'
            AND (latest.report_fetched_at <= loading.fetched_at) IS NOT FALSE AS takes_report,
        -- Where there is an order's report, engagement is the report's.
        loading.source = 'ttcm_authorized' AND latest.report_fetched_at IS NULL
            AND (latest.counts_fetched_at <= loading.fetched_at) IS NOT FALSE AS takes_engagement,
        -- The old source may tell some of the counts only: the others stay as they are. What cannot be held was told, too.
        CASE WHEN loading.source <> 'legacy' THEN 15 ELSE loading.absurd & 15
            | CASE WHEN loading.video_views IS NULL THEN 0 ELSE 1 END | CASE WHEN loading.likes IS NULL THEN 0 ELSE 2 END
            | CASE WHEN loading.comments IS NULL THEN 0 ELSE 4 END | CASE WHEN loading.shares IS NULL THEN 0 ELSE 8 END
        END AS told,
        -- Does the latest row prove that no counter fell? Only where it does not, the earlier fact is read.
        latest.counts_source = loading.source AND latest.counts_fetched_at <= loading.fetched_at
            AND (latest.falling = 0 OR latest.counts_fetched_at < date_trunc('hour', loading.fetched_at))
            AND (
                loading.video_views < latest.video_views OR loading.likes < latest.likes
                OR loading.comments < latest.comments OR loading.shares < latest.shares
                OR loading.total_engagements < latest.total_engagements OR loading.reach < latest.reach
                OR loading.total_play_time < latest.total_play_time
            ) IS NOT TRUE AS is_growing
    FROM loading JOIN tiktok_video latest ON latest.id = loading.video_id
), known AS MATERIALIZED (
    SELECT read.*,
        -- Then no fact of the hour is looked for, which costs half of an INSERT.
        NOT may_exist AND (source_fetched_at < bucket_at) IS TRUE AS is_first,
        CASE WHEN takes_counts THEN told ELSE 0 END | CASE WHEN takes_engagement THEN 48 ELSE 0 END
            | CASE WHEN takes_report THEN 1008 ELSE 0 END AS taken,
        CASE WHEN is_growing THEN 0 ELSE coalesce((
            SELECT CASE WHEN read.video_views < earlier.video_views THEN 1 ELSE 0 END
                | CASE WHEN read.likes < earlier.likes THEN 2 ELSE 0 END
                | CASE WHEN read.comments < earlier.comments THEN 4 ELSE 0 END
                | CASE WHEN read.shares < earlier.shares THEN 8 ELSE 0 END
                | CASE WHEN read.total_engagements < earlier.total_engagements THEN 16 ELSE 0 END
                | CASE WHEN read.reach < earlier.reach THEN 64 ELSE 0 END
                | CASE WHEN read.total_play_time < earlier.total_play_time THEN 128 ELSE 0 END
            FROM (
                -- The last of 90 days; the days before are read only where there is none.
                (SELECT fact.video_views, fact.likes, fact.comments, fact.shares,
                    fact.total_engagements, fact.reach, fact.total_play_time
                FROM tiktok_videosnapshot fact
                WHERE fact.video_id = read.video_id AND fact.source = read.source AND fact.bucket_at < read.bucket_at
                ORDER BY fact.bucket_at DESC LIMIT 1)
                UNION ALL
                (SELECT fact.video_views, fact.likes, fact.comments, fact.shares,
                    fact.total_engagements, fact.reach, fact.total_play_time
                FROM tiktok_videoreading fact
                WHERE fact.video_id = read.video_id AND fact.source = read.source AND fact.bucket_at < read.bucket_at
                ORDER BY fact.bucket_at DESC LIMIT 1)
            ) earlier
            LIMIT 1
        ), 0) END AS falling
    FROM read
), first_facts AS (
    INSERT INTO tiktok_videosnapshot (
        organization_id, video_id, source, bucket_at, fetched_at, falling, absurd, video_views, likes, comments, shares,
        total_engagements, engagement_rate, reach, total_play_time, average_play_time, video_completion_rate
    )
    SELECT organization_id, video_id, source, bucket_at, fetched_at, falling, absurd, video_views, likes, comments, shares,
        total_engagements, engagement_rate, reach, total_play_time, average_play_time, video_completion_rate
    FROM known WHERE is_first
), later_facts AS (
    INSERT INTO tiktok_videosnapshot (
        organization_id, video_id, source, bucket_at, fetched_at, falling, absurd, video_views, likes, comments, shares,
        total_engagements, engagement_rate, reach, total_play_time, average_play_time, video_completion_rate
    )
    SELECT organization_id, video_id, source, bucket_at, fetched_at, falling, absurd, video_views, likes, comments, shares,
        total_engagements, engagement_rate, reach, total_play_time, average_play_time, video_completion_rate
    FROM known WHERE NOT is_first
    ON CONFLICT (video_id, source, bucket_at, organization_id) DO UPDATE SET
        fetched_at = excluded.fetched_at, falling = excluded.falling, absurd = excluded.absurd,
        video_views = excluded.video_views, likes = excluded.likes, comments = excluded.comments,
        shares = excluded.shares, total_engagements = excluded.total_engagements,
        engagement_rate = excluded.engagement_rate, reach = excluded.reach,
        total_play_time = excluded.total_play_time, average_play_time = excluded.average_play_time,
        video_completion_rate = excluded.video_completion_rate
    WHERE excluded.fetched_at >= tiktok_videosnapshot.fetched_at
)
UPDATE tiktok_video latest SET
    video_views = CASE WHEN takes_counts AND told & 1 <> 0 THEN known.video_views ELSE latest.video_views END,
    likes = CASE WHEN takes_counts AND told & 2 <> 0 THEN known.likes ELSE latest.likes END,
    comments = CASE WHEN takes_counts AND told & 4 <> 0 THEN known.comments ELSE latest.comments END,
    shares = CASE WHEN takes_counts AND told & 8 <> 0 THEN known.shares ELSE latest.shares END,
    counts_source = CASE WHEN takes_counts THEN known.source ELSE latest.counts_source END,
    counts_fetched_at = CASE WHEN takes_counts THEN known.fetched_at ELSE latest.counts_fetched_at END,
    total_engagements = CASE WHEN takes_engagement OR takes_report THEN known.total_engagements ELSE latest.total_engagements END,
    engagement_rate = CASE WHEN takes_engagement OR takes_report THEN known.engagement_rate ELSE latest.engagement_rate END,
    reach = CASE WHEN takes_report THEN known.reach ELSE latest.reach END,
    total_play_time = CASE WHEN takes_report THEN known.total_play_time ELSE latest.total_play_time END,
    average_play_time = CASE WHEN takes_report THEN known.average_play_time ELSE latest.average_play_time END,
    video_completion_rate = CASE WHEN takes_report THEN known.video_completion_rate ELSE latest.video_completion_rate END,
    report_fetched_at = CASE WHEN takes_report THEN known.fetched_at ELSE latest.report_fetched_at END,
    falling = (latest.falling & ~taken) | (known.falling & taken),
    absurd = (latest.absurd & ~taken) | (known.absurd & taken)
FROM known
WHERE latest.id = known.video_id AND taken <> 0
