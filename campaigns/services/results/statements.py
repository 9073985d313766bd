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
NOW = """
CREATE TEMP TABLE now ON COMMIT DROP AS
WITH standing AS (
    SELECT post.*, post.order_id IS NOT NULL AND post.review_state NOT LIKE 'LINK_%%' AS is_tied
    FROM campaigns_post AS post
    WHERE post.campaign_id = %s AND campaigns_is_visible(post.hidden_at, post.published_since, post.origin) AND post.origin <> 'legacy'
), told AS (
    SELECT standing.organization_id, campaign_id, account_id, standing.id, video.id AS video_id, is_tied, standing.published_at,
        video_views, likes, comments, shares, counts_source,
        CASE WHEN is_tied THEN reach END AS reach,
        CASE WHEN is_tied THEN video_completion_rate END AS completion,
        CASE WHEN is_tied THEN average_play_time END AS play_time,
        greatest(counts_fetched_at, report_fetched_at) AS read_at
    FROM standing LEFT JOIN tiktok_video AS video
        ON video.id = standing.video_id AND video.organization_id = standing.organization_id AND video.source <> 'legacy'
)
SELECT organization_id, campaign_id, account_id,
    count(*) AS posts, 1 AS creators, count(video_views) AS known, coalesce(sum(video_views), 0) AS views,
    coalesce(sum(likes), 0) AS likes, coalesce(sum(comments), 0) AS comments, coalesce(sum(shares), 0) AS shares,
    count(reach) AS reported, coalesce(sum(reach), 0) AS reach,
    coalesce(sum(video_views) FILTER (WHERE completion IS NOT NULL), 0) AS rated_views,
    coalesce(sum(completion * video_views), 0) AS completed_views,
    coalesce(sum(video_views) FILTER (WHERE play_time IS NOT NULL), 0) AS played_views,
    coalesce(sum(play_time * video_views), 0) AS played_seconds,
    max(read_at) AS read_at,
    sum(hashtext(concat_ws(':', id, video_id, is_tied, published_at, video_views IS NULL, counts_source = 'ttcm_authorized'))::bigint)
        AS posts_print
FROM told GROUP BY 1, 2, 3
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
# What readings tell: of each number the last of each day, whatever its source, less the one before.
ANEW = _sql("""
WITH standing AS (
    SELECT post.account_id, post.video_id, post.order_id IS NOT NULL AND post.review_state NOT LIKE 'LINK_%%' AS is_tied,
        coalesce(post.published_at, post.published_since, post.created_at) AT TIME ZONE 'UTC' AS published
    FROM campaigns_post AS post
    WHERE post.campaign_id = %s AND post.account_id IN (SELECT account_id FROM stale)
        AND campaigns_is_visible(post.hidden_at, post.published_since, post.origin) AND post.origin <> 'legacy'
), last AS (
    SELECT account_id, reading.video_id, name, (fetched_at AT TIME ZONE 'UTC')::date AS day,
        (array_agg(amount ORDER BY fetched_at DESC))[1] AS amount
    FROM standing JOIN tiktok_videoreading AS reading ON reading.video_id = standing.video_id AND reading.source <> 'legacy'
    CROSS JOIN LATERAL (VALUES
        ('known', CASE WHEN video_views IS NOT NULL THEN 1 END::float8), ('views', video_views), ('likes', likes),
        ('comments', comments), ('shares', shares), ('reported', CASE WHEN is_tied AND reach IS NOT NULL THEN 1 END),
        ('reach', CASE WHEN is_tied THEN reach END),
        ('rated_views', CASE WHEN is_tied AND video_completion_rate IS NOT NULL THEN video_views END),
        ('completed_views', CASE WHEN is_tied THEN video_completion_rate * video_views END),
        ('played_views', CASE WHEN is_tied AND average_play_time IS NOT NULL THEN video_views END),
        ('played_seconds', CASE WHEN is_tied THEN average_play_time * video_views END)
    ) AS told(name, amount)
    WHERE amount IS NOT NULL
    GROUP BY 1, 2, 3, 4
), grown AS (
    SELECT account_id, day, name, amount - coalesce(lag(amount) OVER (PARTITION BY account_id, video_id, name ORDER BY day), 0) AS growth
    FROM last
    UNION ALL SELECT account_id, published::date, 'posts', count(*) FROM standing GROUP BY 1, 2
    UNION ALL SELECT account_id, min(published)::date, 'creators', 1 FROM standing GROUP BY 1
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
    GoalNumber.ENGAGEMENTS: "CASE WHEN known > 0 THEN likes + comments + shares END",
    GoalNumber.POSTS: "posts",
}
_RANK = "UPDATE campaigns_campaignresult SET score = # WHERE campaign_id = %s AND score IS DISTINCT FROM #"
RANK = {number: _RANK.replace("#", score) for number, score in SCORES.items()}
