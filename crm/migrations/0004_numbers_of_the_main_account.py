"""The numbers that lists are sorted by, kept by triggers."""

from django.db import migrations

# Lists are sorted by these columns, each by an index of its own; a join could be walked in no order at all.
FUNCTIONS = """
-- The numbers of the main account of each of these influencers: the TikTok account with most followers, else that of another
-- network. Written only where they differ.
CREATE FUNCTION crm_keep_numbers(ids bigint[]) RETURNS void LANGUAGE sql AS $$
UPDATE crm_influencer AS kept
SET follower_count = main.followers, engagement_rate = main.rate, average_views = main.views, last_post_at = main.posted_at
FROM (
    SELECT DISTINCT ON (wanted.id) wanted.id, followers, rate, views, posted_at
    FROM (SELECT DISTINCT unnest(ids) AS id) AS wanted
    LEFT JOIN LATERAL (
        SELECT account.id AS account_id, account.creator_id IS NULL AS is_other,
            COALESCE(creator.follower_count, reading.followers) AS followers,
            COALESCE(creator.engagement_rate, creator.calculated_engagement_rate, reading.engagement_rate) AS rate,
            COALESCE(creator.average_views, creator.calculated_average_views) AS views,
            newest.published_at AS posted_at
        FROM crm_socialaccount AS account
        LEFT JOIN tiktok_creator AS creator ON creator.id = account.creator_id
        LEFT JOIN LATERAL (
            SELECT followers, engagement_rate FROM crm_accountreading
            WHERE account_id = account.id AND account.creator_id IS NULL ORDER BY read_at DESC LIMIT 1
        ) AS reading ON true
        LEFT JOIN LATERAL (
            SELECT published_at FROM tiktok_video
            WHERE organization_id = account.organization_id AND creator_id = account.creator_id
            ORDER BY published_at DESC LIMIT 1
        ) AS newest ON true
        WHERE account.influencer_id = wanted.id
    ) AS each_account ON true
    ORDER BY wanted.id, is_other, followers DESC NULLS LAST, account_id
) AS main
WHERE kept.id = main.id
    AND (kept.follower_count, kept.engagement_rate, kept.average_views, kept.last_post_at)
        IS DISTINCT FROM (main.followers, main.rate, main.views, main.posted_at)
$$;

-- Triggers for each statement. The argument is a query of the ids of influencers that the changed rows are about; on an update
-- it is asked only of rows whose named columns differ.
CREATE FUNCTION crm_keep_numbers_of() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
    ids bigint[];
    changed text := CASE TG_OP WHEN 'DELETE' THEN 'SELECT * FROM old_rows' ELSE 'SELECT * FROM new_rows' END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        changed := format(
            'SELECT n.* FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id WHERE (%1$s) IS DISTINCT FROM (%2$s) '
            'UNION ALL '
            'SELECT o.* FROM new_rows AS n JOIN old_rows AS o ON o.id = n.id WHERE (%1$s) IS DISTINCT FROM (%2$s)',
            'n.' || replace(TG_ARGV[1], ',', ', n.'), 'o.' || replace(TG_ARGV[1], ',', ', o.')
        );
    END IF;
    EXECUTE format('WITH changed AS (%s) SELECT array_agg(DISTINCT influencer_id) FROM (%s) AS about', changed, TG_ARGV[0])
    INTO ids;
    IF ids IS NOT NULL THEN PERFORM crm_keep_numbers(ids); END IF;
    RETURN NULL;
END
$body$;
"""
OWN = "SELECT influencer_id FROM changed"
OF_ACCOUNT = "SELECT influencer_id FROM crm_socialaccount WHERE id IN (SELECT account_id FROM changed)"
OF_CREATOR = "SELECT influencer_id FROM crm_socialaccount WHERE creator_id IN (SELECT {} FROM changed)"
KEPT = {  # table: the influencers of its rows, and the columns that matter when a row is updated (empty: never)
    "crm_socialaccount": (OWN, "influencer_id,creator_id"),
    "crm_accountreading": (OF_ACCOUNT, "account_id,read_at,followers,engagement_rate"),
    "tiktok_creator": (
        OF_CREATOR.format("id"),
        "follower_count,engagement_rate,calculated_engagement_rate,average_views,calculated_average_views",
    ),
    "tiktok_video": (OF_CREATOR.format("creator_id"), "creator_id,published_at"),
}
ROWS = {"insert": "NEW TABLE AS new_rows", "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows", "delete": "OLD TABLE AS old_rows"}
TRIGGERS = "".join(
    f"CREATE TRIGGER keep_numbers_{event} AFTER {event.upper()} ON {table} REFERENCING {rows} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION crm_keep_numbers_of('{ids}', '{columns}');\n"
    for table, (ids, columns) in KEPT.items()
    for event, rows in ROWS.items()
)


class Migration(migrations.Migration):
    replaces = [("crm", "0016_mailings")]
    dependencies = [("crm", "0003_search_words"), ("tiktok", "0002_snapshots")]

    operations = [
        migrations.RunSQL(
            FUNCTIONS + TRIGGERS,
            "DROP FUNCTION crm_keep_numbers_of() CASCADE; DROP FUNCTION crm_keep_numbers(bigint[]);",
        ),
    ]
