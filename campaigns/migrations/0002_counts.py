"""Orders, participants, posts and their views are counted."""

from django.db import migrations

COUNT = """
CALL tenancy_keep_count(
    'campaigns_order', 'VALUES (campaign_id, ''orders'', 1), (0, ''orders.'' || state, 1)', 'campaign_id, state'
);
CALL tenancy_keep_count('campaigns_participant', 'VALUES (campaign_id, ''participants'', 1)', 'campaign_id');

-- A post as the pages of a campaign see it: under Published Posts, or hidden.
CREATE FUNCTION campaigns_is_visible(hidden_at timestamptz, published_since timestamptz, origin text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT hidden_at IS NULL AND (published_since IS NOT NULL OR origin IN ('by_hand', 'legacy'))
$$;
CALL tenancy_keep_count(
    'campaigns_post',
    'SELECT subject_id, name, amount
     FROM (VALUES (campaign_id), (0)) AS subject(subject_id), LATERAL (
         SELECT ''posts.hidden'', 1 WHERE hidden_at IS NOT NULL
         UNION ALL SELECT ''posts'', 1 WHERE campaigns_is_visible(hidden_at, published_since, origin)
         UNION ALL SELECT each.* FROM tiktok_video AS video, LATERAL (VALUES (''posts.with_views'', 1), (''views'', video_views)) AS each
         WHERE video.id = video_id AND video_views IS NOT NULL AND campaigns_is_visible(hidden_at, published_since, origin)
     ) AS told(name, amount)',
    'campaign_id, hidden_at, published_since, origin, video_id', 'tiktok_video', 'video_id'
);
CREATE TRIGGER count_updated AFTER UPDATE ON tiktok_video REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION tenancy_count(
    'SELECT subject_id, name, amount FROM campaigns_post AS post, LATERAL (VALUES (campaign_id), (0)) AS subject(subject_id),
         LATERAL (VALUES (''posts.with_views'', 1), (''views'', video_views)) AS told(name, amount)
     WHERE post.video_id = changed.id AND video_views IS NOT NULL AND campaigns_is_visible(hidden_at, published_since, origin)',
    'video_views'
);
"""
UNCOUNT = """
DROP TRIGGER count_updated ON tiktok_video;
""" + "".join(
    f"DROP TRIGGER count_{what} ON {table};\n"
    for table in ("campaigns_order", "campaigns_participant", "campaigns_post")
    for what in ("inserted", "updated", "deleted")
) + "DROP FUNCTION campaigns_is_visible(timestamptz, timestamptz, text);"


class Migration(migrations.Migration):
    replaces = [("campaigns", "0017_find_orders_by_code")]
    dependencies = [("campaigns", "0001_initial"), ("crm", "0005_counts")]

    operations = [
        migrations.RunSQL(COUNT, UNCOUNT),
    ]
