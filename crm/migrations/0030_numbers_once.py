"""A cut-over makes the numbers of the organization's influencers once, at its end, and not by each of its statements.

They are found by indexes, a few rows for each influencer, whatever is known of the tables: in the first minutes of an import
nothing is. `app.numbers` is a setting of a transaction that says `later`; by the end of it the numbers are made by the trigger of the migration.
"""

from django.db import migrations

NUMBERS = """
-- As PL/pgSQL its plan is kept for the session.
CREATE FUNCTION crm_numbers_of(ids bigint[]) RETURNS TABLE (
    id bigint, followers bigint, growth double precision, likes bigint, videos bigint, rate double precision, views double precision,
    posted_at timestamptz, synced_at timestamptz, ends_at timestamptz
) LANGUAGE plpgsql STABLE SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT DISTINCT ON (wanted.id) wanted.id, followers, growth, likes, videos, rate, views, posted_at, synced_at, ends_at
FROM (SELECT DISTINCT unnest(ids) AS id) AS wanted
LEFT JOIN LATERAL (
    SELECT account.id AS account_id, account.creator_id IS NULL AS is_other,
        COALESCE(creator.follower_count, reading.followers) AS followers,
        (creator.follower_count - earlier.follower_count)::double precision / nullif(earlier.follower_count, 0) AS growth,
        COALESCE(creator.like_count, reading.likes) AS likes,
        creator.video_count AS videos,
        COALESCE(
            creator.engagement_rate,
            CASE WHEN migrating.id IS NULL THEN creator.calculated_engagement_rate END,
            reading.engagement_rate
        ) AS rate,
        -- The old source has none.
        CASE WHEN migrating.id IS NULL THEN COALESCE(creator.average_views, creator.calculated_average_views) END AS views,
        newest.published_at AS posted_at,
        -- An account that is neither in the marketplace nor authenticated is only asked whether it has joined.
        CASE WHEN creator.marketplace_status = 'in' OR creator.grant_state IN ('active', 'expiring')
            THEN COALESCE(creator.profile_fetched_at, creator.marketplace_checked_at)
            ELSE creator.marketplace_checked_at
        END AS synced_at,
        CASE WHEN creator.grant_state IN ('active', 'expiring') THEN creator.grant_ends_at END AS ends_at
    FROM crm_socialaccount AS account
    LEFT JOIN tiktok_creator AS creator ON creator.id = account.creator_id
    LEFT JOIN tiktok_legacymigration AS migrating
        ON migrating.organization_id = account.organization_id AND migrating.cut_over_at IS NULL
    LEFT JOIN LATERAL (
        SELECT followers, likes, engagement_rate FROM crm_accountreading
        WHERE account_id = account.id AND account.creator_id IS NULL ORDER BY read_at DESC LIMIT 1
    ) AS reading ON true
    LEFT JOIN LATERAL (
        SELECT published_at FROM tiktok_video
        WHERE organization_id = account.organization_id AND creator_id = account.creator_id
            AND (source = 'legacy') = (migrating.id IS NOT NULL)
        ORDER BY published_at DESC LIMIT 1
    ) AS newest ON true
    -- The last reading of thirty days before; of accounts outside the marketplace, which are read weekly, it may be older.
    LEFT JOIN LATERAL (
        SELECT follower_count FROM tiktok_creatorsnapshot
        WHERE creator_id = creator.id AND creator.profile_source <> 'legacy' AND source <> 'legacy'
            AND migrating.id IS NULL AND follower_count IS NOT NULL
            AND bucket_at <= creator.profile_fetched_at - interval '30 days'
            AND bucket_at >= date_trunc('day', creator.profile_fetched_at, 'UTC') - interval '30 days'
                - CASE WHEN creator.marketplace_status = 'in' THEN interval '1 day' ELSE interval '8 days' END
        ORDER BY bucket_at DESC LIMIT 1
    ) AS earlier ON true
    WHERE account.influencer_id = wanted.id
) AS each_account ON true
ORDER BY wanted.id, is_other, followers DESC NULLS LAST, account_id;
END
$$;

CREATE OR REPLACE FUNCTION crm_keep_numbers(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
IF current_setting('app.numbers', true) = 'later' THEN RETURN; END IF;
UPDATE crm_influencer AS kept
SET follower_count = main.followers, follower_growth = main.growth, like_count = main.likes, video_count = main.videos,
    engagement_rate = main.rate, average_views = main.views, last_post_at = main.posted_at, synced_at = main.synced_at,
    grant_ends_at = main.ends_at
FROM crm_numbers_of(ids) AS main
WHERE kept.id = main.id
    AND (
        kept.follower_count, kept.follower_growth, kept.like_count, kept.video_count, kept.engagement_rate,
        kept.average_views, kept.last_post_at, kept.synced_at, kept.grant_ends_at
    ) IS DISTINCT FROM (
        main.followers, main.growth, main.likes, main.videos, main.rate, main.views, main.posted_at, main.synced_at,
        main.ends_at
    );
END
$$;
"""
# A plan that was kept since an update of one row joined the rows before and after an update of a hundred thousand by going through
# the ones for each of the others: what stands there is counted without a join.
ARCHIVED = """
CREATE OR REPLACE FUNCTION crm_count_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
    SELECT organization_id, 0, 'influencers', sum(sign)
    FROM (
        SELECT organization_id, 1 AS sign FROM new_rows WHERE archived_at IS NULL
        UNION ALL SELECT organization_id, -1 FROM old_rows WHERE archived_at IS NULL
    ) AS standing
    GROUP BY organization_id HAVING sum(sign) <> 0;
    RETURN NULL;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0029_numbers_of_one_source")]

    operations = [migrations.RunSQL(NUMBERS + ARCHIVED, migrations.RunSQL.noop)]
