-- Make the finished days of some videos anew from the facts that are left, after those of an authorization were deleted.
-- The temporary table `rebuilding (video_id)` names the videos.
--
-- To try it in psql: BEGIN; SELECT set_config('app.organization', '1', true);
--   CREATE TEMP TABLE rebuilding AS SELECT id AS video_id FROM tiktok_video LIMIT 10;
-- then paste what follows.
DELETE FROM tiktok_videoday day USING rebuilding JOIN tiktok_video latest ON latest.id = rebuilding.video_id
WHERE day.video_id = rebuilding.video_id
    AND (day.source = 'ttcm_authorized' OR day.day >= latest.counts_fetched_at::date);

INSERT INTO tiktok_videoday (organization_id, video_id, day, source, fetched_at, video_views, likes, comments, shares)
SELECT DISTINCT ON (fact.video_id, fact.fetched_at::date)
    fact.organization_id, fact.video_id, fact.fetched_at::date, fact.source, fact.fetched_at,
    fact.video_views, fact.likes, fact.comments, fact.shares
FROM rebuilding
JOIN tiktok_video latest ON latest.id = rebuilding.video_id
JOIN tiktok_videosnapshot fact ON fact.video_id = rebuilding.video_id
WHERE fact.source <> 'legacy' AND fact.video_views IS NOT NULL
    AND (latest.video_views IS NULL OR fact.fetched_at::date < latest.counts_fetched_at::date)
ORDER BY fact.video_id, fact.fetched_at::date, fact.fetched_at DESC
ON CONFLICT DO NOTHING
