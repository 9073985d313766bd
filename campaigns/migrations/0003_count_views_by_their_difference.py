"""Views of posts are counted by what they grew: a batch of new numbers costs one pass, not four rows for each video."""

from django.db import migrations

COUNT = """
CREATE FUNCTION campaigns_count_views() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
    SELECT organization_id, subject_id, name, sum(amount)
    FROM (
        SELECT post.organization_id, post.campaign_id,
            sum(coalesce(now.video_views, 0) - coalesce(before.video_views, 0)) AS views,
            sum((now.video_views IS NOT NULL)::int - (before.video_views IS NOT NULL)::int) AS posts
        FROM new_rows AS now JOIN old_rows AS before USING (id) JOIN campaigns_post AS post ON post.video_id = now.id
        WHERE now.video_views IS DISTINCT FROM before.video_views
            AND campaigns_is_visible(post.hidden_at, post.published_since, post.origin)
        GROUP BY 1, 2
    ) AS grown,
    LATERAL (VALUES (campaign_id), (0)) AS subject(subject_id),
    LATERAL (VALUES ('posts.with_views', posts), ('views', views)) AS counted(name, amount)
    GROUP BY 1, 2, 3 HAVING sum(amount) <> 0;
    RETURN NULL;
END
$$;
DROP TRIGGER count_updated ON tiktok_video;
CREATE TRIGGER count_updated AFTER UPDATE ON tiktok_video REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION campaigns_count_views();
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_counts")]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]
