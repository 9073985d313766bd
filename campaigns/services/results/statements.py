"""The statements that add up the posts of one campaign, in the transaction of `rolling.roll_campaign`.

`now` holds the sums of each account's posts as they stand, `stale` the accounts whose posts are others than those that were
added up before, `change` what this run adds to the days of the campaign.
"""

from __future__ import annotations

import re

from campaigns.enums import GoalNumber
from campaigns.models import NUMBERS


def _sql(text: str) -> str:
    """The text, in which `[[…#…]]` stands for one such expression of each number."""
    return re.sub(r"\[\[(.+?)\]\]", lambda found: _of_each(found[1]), text)


def _of_each(form: str) -> str:
    return ", ".join(form.replace("#", name) for name in NUMBERS)


# Posts of the old source are never added up. Only what a post of an order shows is taken from an order's report.
# Of somebody who has posts on TikTok, or on several other networks, only one account counts a creator.
NOW = """
CREATE TEMP TABLE now ON COMMIT DROP AS
WITH standing AS (
    SELECT post.*, post.order_id IS NOT NULL AND post.review_state NOT LIKE 'LINK_%%' AS is_tied
    FROM campaigns_post AS post
    WHERE post.campaign_id = %(campaign)s AND campaigns_is_visible(post.hidden_at, post.published_since, post.origin)
        AND post.origin <> 'legacy'
), told AS (
    SELECT standing.organization_id, campaign_id, account_id, standing.id, video.id AS video_id, is_tied, standing.published_at,
        video_views, likes, comments, shares, counts_source,
        (is_tied OR grant_state IN ('active', 'expiring')) AND num_nonnulls(likes, comments, shares) > 0 AS is_engaged,
        coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) AS engagements,
        CASE WHEN is_tied THEN reach END AS reach,
        CASE WHEN is_tied THEN video_completion_rate END AS completion,
        CASE WHEN is_tied THEN average_play_time END AS play_time,
        greatest(counts_fetched_at, report_fetched_at) AS read_at
    FROM standing LEFT JOIN tiktok_video AS video
        ON video.id = standing.video_id AND video.organization_id = standing.organization_id AND video.source <> 'legacy'
    LEFT JOIN tiktok_creator AS creator ON creator.id = video.creator_id AND creator.organization_id = video.organization_id
), listed AS (
    SELECT place.id, place.organization_id, place.campaign_id, place.account_id, owner.influencer_id, place.published_at,
        views, likes, comments, shares, numbers_at, num_nonnulls(likes, comments, shares) > 0 AS is_engaged,
        coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) AS engagements,
        (SELECT concat_ws('-', count(*), max(reading.id)) FROM campaigns_postreading AS reading WHERE reading.post_id = post.id) AS readings
    FROM campaigns_postplace AS place
    JOIN campaigns_networkpost AS post ON post.id = place.post_id AND post.organization_id = place.organization_id
    JOIN crm_socialaccount AS owner ON owner.id = place.account_id AND owner.organization_id = place.organization_id
    WHERE place.campaign_id = %(campaign)s AND place.state = 'listed'
), elsewhere AS (
    SELECT organization_id, campaign_id, account_id, influencer_id,
        (row_number() OVER (PARTITION BY influencer_id ORDER BY account_id) = 1 AND influencer_id NOT IN (
            SELECT owner.influencer_id FROM standing JOIN crm_socialaccount AS owner ON owner.id = standing.account_id
        ))::int AS creators,
        count(*) AS posts, count(views) AS known, coalesce(sum(views), 0) AS views, coalesce(sum(likes), 0) AS likes,
        coalesce(sum(comments), 0) AS comments, coalesce(sum(shares), 0) AS shares,
        count(*) FILTER (WHERE is_engaged) AS engaged, sum(engagements) AS engagements,
        coalesce(sum(views) FILTER (WHERE is_engaged), 0) AS engaged_views,
        coalesce(sum(engagements) FILTER (WHERE views IS NULL), 0) AS unseen,
        max(numbers_at) AS read_at, sum(hashtext(concat_ws(':', id, published_at, readings))::bigint) AS posts_print
    FROM listed GROUP BY 1, 2, 3, 4
)
SELECT organization_id, campaign_id, account_id,
    count(*) AS posts, 1 AS creators, count(video_views) AS known, coalesce(sum(video_views), 0) AS views,
    coalesce(sum(likes), 0) AS likes, coalesce(sum(comments), 0) AS comments, coalesce(sum(shares), 0) AS shares,
    count(*) FILTER (WHERE is_engaged) AS engaged, coalesce(sum(engagements) FILTER (WHERE is_engaged), 0) AS engagements,
    coalesce(sum(video_views) FILTER (WHERE is_engaged), 0) AS engaged_views,
    coalesce(sum(engagements) FILTER (WHERE is_engaged AND video_views IS NULL), 0) AS unseen_engagements,
    count(reach) AS reported, coalesce(sum(reach), 0) AS reach,
    coalesce(sum(video_views) FILTER (WHERE completion IS NOT NULL), 0) AS rated_views,
    coalesce(sum(completion * video_views), 0) AS completed_views,
    coalesce(sum(video_views) FILTER (WHERE play_time IS NOT NULL), 0) AS played_views,
    coalesce(sum(play_time * video_views), 0) AS played_seconds, 0 AS other_posts, 0 AS other_views,
    max(read_at) AS read_at,
    sum(hashtext(concat_ws(':', id, video_id, is_tied, published_at, is_engaged, video_views IS NULL, counts_source = 'ttcm_authorized'))::bigint)
        AS posts_print
FROM told GROUP BY 1, 2, 3
UNION ALL
SELECT organization_id, campaign_id, account_id, posts, creators, known, views, likes, comments, shares, engaged, engagements, engaged_views, unseen,
    0, 0, 0, 0, 0, 0,
    posts, views, read_at, posts_print + creators
FROM elsewhere
"""
STALE = """
CREATE TEMP TABLE stale ON COMMIT DROP AS
SELECT account_id
FROM now FULL JOIN (
    SELECT account_id, posts_print FROM campaigns_campaignresult WHERE campaign_id = %s AND account_id IS NOT NULL
) AS kept USING (account_id)
WHERE now.posts_print IS DISTINCT FROM kept.posts_print
ORDER BY account_id LIMIT %s
"""
CHANGE = _sql("""
CREATE TEMP TABLE change ON COMMIT DROP AS
SELECT day, -accounts_read AS accounts_read, [[-# AS #]]
FROM campaigns_campaignday WHERE campaign_id = %s AND account_id IN (SELECT account_id FROM stale)
""")
FORGET = (
    "DELETE FROM campaigns_campaignday WHERE campaign_id = %s AND account_id IN (SELECT account_id FROM stale)",
    "DELETE FROM campaigns_campaignresult WHERE campaign_id = %s AND account_id IN (SELECT account_id FROM stale)",
)
# What readings tell: of each number the last of each day, whatever its source, less the one before. On other networks a file says
# what it says, and what somebody enters is whole (`networks.posts.show_latest`). A post without a date is of the day it was added.
ANEW = _sql("""
WITH standing AS (
    SELECT post.account_id, post.video_id, post.order_id IS NOT NULL AND post.review_state NOT LIKE 'LINK_%%' AS is_tied,
        creator.grant_state IN ('active', 'expiring') AS is_authenticated,
        coalesce(post.published_at, post.published_since, post.created_at) AT TIME ZONE 'UTC' AS published
    FROM campaigns_post AS post
    LEFT JOIN tiktok_video AS video ON video.id = post.video_id AND video.organization_id = post.organization_id
    LEFT JOIN tiktok_creator AS creator ON creator.id = video.creator_id AND creator.organization_id = video.organization_id
    WHERE post.campaign_id = %(campaign)s AND post.account_id IN (SELECT account_id FROM stale)
        AND campaigns_is_visible(post.hidden_at, post.published_since, post.origin) AND post.origin <> 'legacy'
), last AS (
    SELECT account_id, reading.video_id, name, (fetched_at AT TIME ZONE 'UTC')::date AS day,
        (array_agg(amount ORDER BY fetched_at DESC))[1] AS amount
    FROM standing JOIN tiktok_videoreading AS reading ON reading.video_id = standing.video_id AND reading.source <> 'legacy'
    CROSS JOIN LATERAL (SELECT
        (is_tied OR is_authenticated) AND num_nonnulls(likes, comments, shares) > 0 AS is_engaged,
        coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) AS engagements
    ) AS engagement
    CROSS JOIN LATERAL (VALUES
        ('known', CASE WHEN video_views IS NOT NULL THEN 1 END::float8), ('views', video_views), ('likes', likes),
        ('comments', comments), ('shares', shares),
        ('engaged', CASE WHEN is_engaged THEN 1 END), ('engagements', CASE WHEN is_engaged THEN engagements END),
        ('engaged_views', CASE WHEN is_engaged THEN video_views END),
        ('unseen_engagements', CASE WHEN is_engaged AND video_views IS NULL THEN engagements ELSE 0 END),
        ('reported', CASE WHEN is_tied AND reach IS NOT NULL THEN 1 END),
        ('reach', CASE WHEN is_tied THEN reach END),
        ('rated_views', CASE WHEN is_tied AND video_completion_rate IS NOT NULL THEN video_views END),
        ('completed_views', CASE WHEN is_tied THEN video_completion_rate * video_views END),
        ('played_views', CASE WHEN is_tied AND average_play_time IS NOT NULL THEN video_views END),
        ('played_seconds', CASE WHEN is_tied THEN average_play_time * video_views END)
    ) AS told(name, amount)
    WHERE amount IS NOT NULL
    GROUP BY 1, 2, 3, 4
), listed AS (
    SELECT place.account_id, place.post_id, coalesce(place.published_at, place.added_at) AT TIME ZONE 'UTC' AS published
    FROM campaigns_postplace AS place
    WHERE place.campaign_id = %(campaign)s AND place.state = 'listed' AND place.account_id IN (SELECT account_id FROM stale)
), entered AS (
    SELECT account_id, reading.*, count(*) FILTER (WHERE views IS NOT NULL OR source = 'by_hand') OVER line AS views_since,
        count(*) FILTER (WHERE likes IS NOT NULL OR source = 'by_hand') OVER line AS likes_since,
        count(*) FILTER (WHERE comments IS NOT NULL OR source = 'by_hand') OVER line AS comments_since,
        count(*) FILTER (WHERE shares IS NOT NULL OR source = 'by_hand') OVER line AS shares_since
    FROM listed JOIN campaigns_postreading AS reading USING (post_id)
    WINDOW line AS (PARTITION BY post_id ORDER BY read_at, reading.id)
), shown AS (
    SELECT DISTINCT ON (post_id, day) account_id, post_id, (read_at AT TIME ZONE 'UTC')::date AS day,
        first_value(views) OVER (PARTITION BY post_id, views_since ORDER BY read_at, id) AS views,
        first_value(likes) OVER (PARTITION BY post_id, likes_since ORDER BY read_at, id) AS likes,
        first_value(comments) OVER (PARTITION BY post_id, comments_since ORDER BY read_at, id) AS comments,
        first_value(shares) OVER (PARTITION BY post_id, shares_since ORDER BY read_at, id) AS shares
    FROM entered ORDER BY post_id, day, read_at DESC, id DESC
), elsewhere AS (
    SELECT account_id, post_id, name, day, amount
    FROM shown CROSS JOIN LATERAL (SELECT
        num_nonnulls(likes, comments, shares) > 0 AS is_engaged, coalesce(likes, 0) + coalesce(comments, 0) + coalesce(shares, 0) AS engagements
    ) AS engagement CROSS JOIN LATERAL (VALUES
        ('known', (views IS NOT NULL)::int::float8), ('views', coalesce(views, 0)), ('other_views', coalesce(views, 0)),
        ('likes', coalesce(likes, 0)), ('comments', coalesce(comments, 0)), ('shares', coalesce(shares, 0)),
        ('engaged', is_engaged::int), ('engagements', engagements), ('engaged_views', CASE WHEN is_engaged THEN coalesce(views, 0) ELSE 0 END),
        ('unseen_engagements', CASE WHEN views IS NULL THEN engagements ELSE 0 END)
    ) AS told(name, amount)
), grown AS (
    SELECT account_id, day, name, amount - coalesce(lag(amount) OVER (PARTITION BY account_id, video_id, name ORDER BY day), 0) AS growth
    FROM (SELECT * FROM last UNION ALL SELECT * FROM elsewhere) AS either
    UNION ALL SELECT account_id, published::date, 'posts', count(*) FROM standing GROUP BY 1, 2
    UNION ALL SELECT account_id, min(published)::date, 'creators', 1 FROM standing GROUP BY 1
    UNION ALL SELECT account_id, published::date, unnest('{posts,other_posts}'::text[]), count(*) FROM listed GROUP BY 1, 2
    UNION ALL SELECT account_id, min(published)::date, 'creators', creators FROM listed JOIN now USING (account_id) GROUP BY 1, 4
), made AS (
    INSERT INTO campaigns_campaignday (organization_id, campaign_id, account_id, day, accounts_read, [[#]])
    SELECT organization_id, campaign_id, account_id, day, (count(*) FILTER (WHERE name = 'known') > 0)::int,
        [[coalesce(sum(growth) FILTER (WHERE name = '#'), 0)]]
    FROM grown JOIN now USING (account_id)
    GROUP BY 1, 2, 3, 4
    RETURNING account_id, day, accounts_read, [[#]]
), counted AS (
    INSERT INTO change SELECT day, accounts_read, [[#]] FROM made
)
INSERT INTO campaigns_campaignresult (organization_id, campaign_id, account_id, posts_print, [[#]])
SELECT organization_id, campaign_id, account_id, now.posts_print, [[sum(made.#)]]
FROM made JOIN now USING (account_id) GROUP BY 1, 2, 3, 4
""")
# What has grown since is of the day on which TikTok was read last.
GROWN = _sql("""
WITH grown AS (
    SELECT now.organization_id, now.campaign_id, now.account_id, (now.read_at AT TIME ZONE 'UTC')::date AS day,
        (now.known > 0)::int AS accounts_read, [[now.# - kept.# AS #]]
    FROM now JOIN campaigns_campaignresult AS kept USING (campaign_id, account_id)
    WHERE kept.posts_print = now.posts_print AND now.read_at > coalesce(kept.read_at, '-infinity')
), counted AS (
    INSERT INTO change
    SELECT grown.day, CASE WHEN known.accounts_read = 1 THEN 0 ELSE grown.accounts_read END, [[grown.#]]
    FROM grown LEFT JOIN campaigns_campaignday AS known USING (campaign_id, account_id, day)
), added AS (
    INSERT INTO campaigns_campaignday AS known (organization_id, campaign_id, account_id, day, accounts_read, [[#]])
    SELECT organization_id, campaign_id, account_id, day, accounts_read, [[#]] FROM grown
    ON CONFLICT (campaign_id, account_id, day) DO UPDATE SET
        accounts_read = greatest(known.accounts_read, excluded.accounts_read), [[# = known.# + excluded.#]]
)
UPDATE campaigns_campaignresult AS kept SET read_at = now.read_at, [[# = now.#]]
FROM now
WHERE kept.campaign_id = now.campaign_id AND kept.account_id = now.account_id AND kept.posts_print = now.posts_print
    AND now.read_at > coalesce(kept.read_at, '-infinity')
""")
ADD_DAYS = (
    _sql("""
INSERT INTO campaigns_campaignday AS known (organization_id, campaign_id, day, accounts_read, [[#]])
SELECT organization_id, campaign.id, day, sum(accounts_read), [[sum(#)]]
FROM change JOIN campaigns_campaign AS campaign ON campaign.id = %s GROUP BY 1, 2, 3
ON CONFLICT (campaign_id, account_id, day) DO UPDATE SET
    accounts_read = known.accounts_read + excluded.accounts_read, [[# = known.# + excluded.#]]
"""),
)
# The same from all rows of accounts, where some of them have gone by another way.
TOTALS_ANEW = (
    "DELETE FROM campaigns_campaignday WHERE campaign_id = %s AND account_id IS NULL",
    _sql("""
INSERT INTO campaigns_campaignday (organization_id, campaign_id, day, accounts_read, [[#]])
SELECT organization_id, campaign_id, day, sum(accounts_read), [[sum(#)]]
FROM campaigns_campaignday WHERE campaign_id = %s AND account_id IS NOT NULL GROUP BY 1, 2, 3
"""),
)
TOTAL = _sql("""
UPDATE campaigns_campaignresult AS kept SET read_at = whole.read_at, [[# = coalesce(whole.#, 0)]]
FROM (
    SELECT max(read_at) AS read_at, [[sum(#) AS #]]
    FROM campaigns_campaignresult WHERE campaign_id = %s AND account_id IS NOT NULL
) AS whole
WHERE kept.id = %s
""")
# What creators can be ranked by: the numbers that stand first for a goal.
SCORES = {
    GoalNumber.VIEWS: "CASE WHEN known > 0 THEN views END",
    GoalNumber.REACH: "CASE WHEN reported > 0 THEN reach END",
    GoalNumber.COMPLETION_RATE: "completed_views / nullif(rated_views, 0)",
    GoalNumber.ENGAGEMENTS: "CASE WHEN engaged > 0 THEN engagements END",
    GoalNumber.POSTS: "posts",
}
_RANK = "UPDATE campaigns_campaignresult SET score = # WHERE campaign_id = %s AND score IS DISTINCT FROM #"
RANK = {number: _RANK.replace("#", score) for number, score in SCORES.items()}
