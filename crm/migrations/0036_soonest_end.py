"""The permission that ends first counts for an influencer; indexes answer what influencers are filtered by most.

The index is made before the old one goes: some ten seconds for 1,000,000 influencers, who can be read meanwhile and not be written.
"""

from django.db import migrations, models
from django.db.models.functions import Cast

NUMBERS = """
-- As PL/pgSQL its plan is kept for the session.
CREATE OR REPLACE FUNCTION crm_numbers_of(ids bigint[]) RETURNS TABLE (
    id bigint, followers bigint, growth double precision, likes bigint, videos bigint, rate double precision, views double precision,
    posted_at timestamptz, synced_at timestamptz, ends_at timestamptz
) LANGUAGE plpgsql STABLE SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT DISTINCT ON (wanted.id) wanted.id, followers, growth, likes, videos, rate, views, posted_at, synced_at, (
    SELECT min(ending.grant_ends_at)
    FROM crm_socialaccount AS each_of_them JOIN tiktok_creator AS ending ON ending.id = each_of_them.creator_id
    WHERE each_of_them.influencer_id = wanted.id AND ending.grant_state IN ('active', 'expiring')
)
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
        END AS synced_at
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
"""
# The columns are left by whoever is no trigger (`leave_numbers`).
FILL = """
ALTER TABLE crm_influencer DISABLE TRIGGER leave_numbers;
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        PERFORM crm_keep_numbers(array_agg(id)) FROM (
            SELECT influencer_id AS id FROM crm_socialaccount WHERE creator_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1
        ) AS of_several;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE crm_influencer ENABLE TRIGGER leave_numbers;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0035_chosen_place_of_the_header")]

    operations = [
        migrations.RunSQL(NUMBERS + FILL, migrations.RunSQL.noop),
        migrations.RenameIndex(
            model_name="influencer", old_name="influencer_by_sort_name", new_name="influencer_by_sort_name_old"
        ),
        migrations.AddIndex(
            model_name="influencer",
            index=models.Index(
                fields=["organization", "sort_name", "id"],
                include=(
                    "archived_at", "group", "country", "follower_count", "engagement_rate", "average_views", "last_post_at",
                    "grant_ends_at", "last_activity_at",
                ),
                name="influencer_by_sort_name",
            ),
        ),
        migrations.RemoveIndex(model_name="influencer", name="influencer_by_sort_name_old"),
        migrations.AddIndex(
            model_name="influencer",
            index=models.Index(
                fields=["organization", "id"], include=("sort_name", "archived_at", "group"), name="influencer_by_id"
            ),
        ),
        migrations.RemoveIndex(model_name="rate", name="rate_by_amount"),
        migrations.AddField(
            model_name="rate",
            name="sort_amount",
            field=models.GeneratedField(
                db_persist=True, expression=Cast("amount", models.FloatField()), output_field=models.FloatField()
            ),
        ),
        migrations.AddIndex(
            model_name="rate",
            index=models.Index(
                fields=["organization", "currency", "sort_amount"],
                include=("amount", "network", "kind", "influencer"),
                name="rate_by_amount",
            ),
        ),
        migrations.RemoveConstraint(model_name="tagging", name="tagged_once_with_each_tag"),
        migrations.AddConstraint(
            model_name="tagging",
            constraint=models.UniqueConstraint(
                fields=("tag", "influencer"), include=("organization",), name="tagged_once_with_each_tag"
            ),
        ),
        migrations.RemoveConstraint(model_name="listentry", name="listed_once_on_each_list"),
        migrations.AddConstraint(
            model_name="listentry",
            constraint=models.UniqueConstraint(
                fields=("list", "influencer"), include=("organization",), name="listed_once_on_each_list"
            ),
        ),
    ]
