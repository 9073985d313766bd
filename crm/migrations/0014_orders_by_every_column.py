"""Every number and time of the list has a column that it is sorted by, kept by triggers as the first four are.

The growth of followers is that of the thirty days before the account's last reading, so it changes when the account is read, and
is written with that reading. For 1,000,000 influencers it takes about five minutes, in which they can be read and not written.
"""

from django.db import migrations, models

NUMBERS = """
-- As PL/pgSQL its plan is kept for the session.
CREATE OR REPLACE FUNCTION crm_keep_numbers(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
UPDATE crm_influencer AS kept
SET follower_count = main.followers, follower_growth = main.growth, like_count = main.likes, video_count = main.videos,
    engagement_rate = main.rate, average_views = main.views, last_post_at = main.posted_at, synced_at = main.synced_at,
    grant_ends_at = main.ends_at
FROM (
    SELECT DISTINCT ON (wanted.id) wanted.id, followers, growth, likes, videos, rate, views, posted_at, synced_at, ends_at
    FROM (SELECT DISTINCT unnest(ids) AS id) AS wanted
    LEFT JOIN LATERAL (
        SELECT account.id AS account_id, account.creator_id IS NULL AS is_other,
            COALESCE(creator.follower_count, reading.followers) AS followers,
            (creator.follower_count - earlier.follower_count)::double precision / nullif(earlier.follower_count, 0) AS growth,
            COALESCE(creator.like_count, reading.likes) AS likes,
            creator.video_count AS videos,
            COALESCE(creator.engagement_rate, creator.calculated_engagement_rate, reading.engagement_rate) AS rate,
            COALESCE(creator.average_views, creator.calculated_average_views) AS views,
            newest.published_at AS posted_at,
            -- An account that is neither in the marketplace nor authenticated is only asked whether it has joined.
            CASE WHEN creator.marketplace_status = 'in' OR creator.grant_state IN ('active', 'expiring')
                THEN COALESCE(creator.profile_fetched_at, creator.marketplace_checked_at)
                ELSE creator.marketplace_checked_at
            END AS synced_at,
            CASE WHEN creator.grant_state IN ('active', 'expiring') THEN creator.grant_ends_at END AS ends_at
        FROM crm_socialaccount AS account
        LEFT JOIN tiktok_creator AS creator ON creator.id = account.creator_id
        LEFT JOIN LATERAL (
            SELECT followers, likes, engagement_rate FROM crm_accountreading
            WHERE account_id = account.id AND account.creator_id IS NULL ORDER BY read_at DESC LIMIT 1
        ) AS reading ON true
        LEFT JOIN LATERAL (
            SELECT published_at FROM tiktok_video
            WHERE organization_id = account.organization_id AND creator_id = account.creator_id
            ORDER BY published_at DESC LIMIT 1
        ) AS newest ON true
        -- The last reading of thirty days before; of accounts outside the marketplace, which are read weekly, it may be older.
        LEFT JOIN LATERAL (
            SELECT follower_count FROM tiktok_creatorsnapshot
            WHERE creator_id = creator.id AND creator.profile_source <> 'legacy' AND source <> 'legacy'
                AND follower_count IS NOT NULL
                AND bucket_at <= creator.profile_fetched_at - interval '30 days'
                AND bucket_at >= date_trunc('day', creator.profile_fetched_at, 'UTC') - interval '30 days'
                    - CASE WHEN creator.marketplace_status = 'in' THEN interval '1 day' ELSE interval '8 days' END
            ORDER BY bucket_at DESC LIMIT 1
        ) AS earlier ON true
        WHERE account.influencer_id = wanted.id
    ) AS each_account ON true
    ORDER BY wanted.id, is_other, followers DESC NULLS LAST, account_id
) AS main
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

-- A reading that comes late is one that growth is told from.
CREATE FUNCTION crm_keep_numbers_of_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_keep_numbers(ARRAY(SELECT influencer_id FROM crm_socialaccount WHERE creator_id = NEW.creator_id));
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_numbers AFTER INSERT OR UPDATE ON tiktok_creatorsnapshot FOR EACH ROW
WHEN (NEW.bucket_at BETWEEN now() - interval '60 days' AND now() - interval '29 days')
EXECUTE FUNCTION crm_keep_numbers_of_snapshot();

DROP TRIGGER keep_numbers_update ON crm_accountreading;
CREATE TRIGGER keep_numbers_update AFTER UPDATE ON crm_accountreading
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_keep_numbers_of(
    'SELECT influencer_id FROM crm_socialaccount WHERE id IN (SELECT account_id FROM changed)',
    'account_id,read_at,followers,likes,engagement_rate'
);
DROP TRIGGER keep_numbers_update ON tiktok_creator;
CREATE TRIGGER keep_numbers_update AFTER UPDATE ON tiktok_creator
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm_keep_numbers_of(
    'SELECT influencer_id FROM crm_socialaccount WHERE creator_id IN (SELECT id FROM changed)',
    'follower_count,like_count,video_count,engagement_rate,calculated_engagement_rate,average_views,'
    'calculated_average_views,profile_fetched_at,marketplace_checked_at,marketplace_status,grant_state,grant_ends_at'
);
"""
ACTIVITY = """
CREATE FUNCTION crm_keep_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm_influencer SET last_activity_at = NEW.at
    WHERE id = NEW.object_id AND (last_activity_at >= NEW.at) IS NOT TRUE;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_activity AFTER INSERT ON tenancy_event FOR EACH ROW
WHEN (NEW.object_type = 'crm.influencer') EXECUTE FUNCTION crm_keep_activity();
"""
FILL = """
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        PERFORM crm_keep_numbers(array_agg(id)) FROM crm_influencer;
        UPDATE crm_influencer AS kept SET last_activity_at = newest.at
        FROM (
            SELECT object_id, max(at) AS at FROM tenancy_event WHERE object_type = 'crm.influencer' GROUP BY object_id
        ) AS newest
        WHERE kept.id = newest.object_id;
        SET CONSTRAINTS ALL IMMEDIATE;  -- rows that are written twice are checked now, for an index waits for no check
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
"""
# Who writes a whole row that was read before writes no earlier numbers with it.
KEPT = (
    "follower_count", "follower_growth", "like_count", "video_count", "engagement_rate", "average_views", "last_post_at",
    "synced_at", "grant_ends_at", "last_activity_at",
)
LEAVE = f"""
CREATE FUNCTION crm_leave_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {"".join(f"NEW.{name} := OLD.{name}; " for name in KEPT)}
    RETURN NEW;
END
$$;
CREATE TRIGGER leave_numbers BEFORE UPDATE OF {", ".join(KEPT)} ON crm_influencer FOR EACH ROW
WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION crm_leave_numbers();
"""
ADDED = {
    "follower_growth": models.FloatField, "like_count": models.BigIntegerField, "video_count": models.BigIntegerField,
    "synced_at": models.DateTimeField, "grant_ends_at": models.DateTimeField, "last_activity_at": models.DateTimeField,
}
INDEXED = {
    "follower_growth": "growth", "like_count": "likes", "video_count": "videos", "synced_at": "sync",
    "grant_ends_at": "grant", "last_activity_at": "activity", "birthday": "birthday",
}


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0013_what_imports_bring"), ("tenancy", "0006_single_sign_on_since"), ("tiktok", "0005_ends_of_grants"),
    ]

    operations = [
        *(
            migrations.AddField(model_name="influencer", name=name, field=field(editable=False, null=True))
            for name, field in ADDED.items()
        ),
        migrations.RunSQL(NUMBERS + ACTIVITY + FILL + LEAVE, migrations.RunSQL.noop),
        *(
            migrations.AddIndex(
                model_name="influencer",
                index=models.Index(fields=["organization", name, "id"], name=f"influencer_by_{index}"),
            )
            for name, index in INDEXED.items()
        ),
    ]
