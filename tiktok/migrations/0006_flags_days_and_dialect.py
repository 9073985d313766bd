"""Flags on numbers, the dialect they came in, what we calculate ourselves, the last numbers of each day, and months ahead."""

from django.db import migrations, models

FLAGS = """
ALTER TABLE tiktok_creatorsnapshot ADD COLUMN absurd smallint NOT NULL DEFAULT 0;
ALTER TABLE tiktok_videosnapshot ADD COLUMN falling smallint NOT NULL DEFAULT 0, ADD COLUMN absurd smallint NOT NULL DEFAULT 0;
ALTER TABLE tiktok_video SET (fillfactor = 70); -- its numbers change daily, in place while there is room
"""
NO_FLAGS = """
ALTER TABLE tiktok_video RESET (fillfactor);
ALTER TABLE tiktok_videosnapshot DROP COLUMN falling, DROP COLUMN absurd;
ALTER TABLE tiktok_creatorsnapshot DROP COLUMN absurd;
"""

# Like the snapshots without foreign keys. The old source's numbers never stand here, so no purge has to look.
DAYS = """
CREATE TABLE tiktok_videoday (
    organization_id bigint NOT NULL, video_id bigint NOT NULL, day date NOT NULL,
    source varchar(20) NOT NULL, fetched_at timestamptz NOT NULL,
    video_views bigint, likes bigint, comments bigint, shares bigint,
    PRIMARY KEY (video_id, day),
    CONSTRAINT day_is_never_of_the_old_source CHECK (source <> 'legacy')
) WITH (fillfactor = 70);
"""
# The snapshots are under a forced policy: each organization's rows are seen with that organization in scope only.
FILL_DAYS = """
DO $$
DECLARE tenant bigint;
BEGIN
    FOR tenant IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', tenant::text, true);
        INSERT INTO tiktok_videoday (organization_id, video_id, day, source, fetched_at, video_views, likes, comments, shares)
        SELECT DISTINCT ON (video_id, (fact.fetched_at AT TIME ZONE 'UTC')::date)
               tenant, video_id, (fact.fetched_at AT TIME ZONE 'UTC')::date, fact.source, fact.fetched_at,
               fact.video_views, fact.likes, fact.comments, fact.shares
        FROM tiktok_videosnapshot fact JOIN tiktok_video video ON video.id = video_id
        WHERE fact.organization_id = tenant AND video.organization_id = tenant
          AND fact.source <> 'legacy' AND fact.video_views IS NOT NULL
          AND (fact.fetched_at AT TIME ZONE 'UTC')::date < (video.counts_fetched_at AT TIME ZONE 'UTC')::date
        ORDER BY video_id, (fact.fetched_at AT TIME ZONE 'UTC')::date, fact.fetched_at DESC;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END $$;
"""

# For the run-time role, which owns nothing: it takes no argument and makes only what migrate makes, in the owner's name.
MONTHS_AHEAD = """
CREATE FUNCTION tiktok_prepare_months() RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '3s'
AS $$ SELECT tiktok_create_month_partitions(current_date, 6) $$;
"""

# A BEFORE UPDATE trigger locks every row it sees, whatever its WHEN says; AFTER refuses as well and costs nothing. Of the
# snapshots only the old source's partition needs a gate: a row whose source is changed is inserted there.
GATE = """
DROP TRIGGER legacy_stays_gone ON tiktok_video;
CREATE TRIGGER legacy_stays_gone AFTER INSERT OR UPDATE ON tiktok_video
    FOR EACH ROW WHEN (NEW.source = 'legacy' OR NEW.counts_source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
DROP TRIGGER legacy_stays_gone ON tiktok_creator;
CREATE TRIGGER legacy_stays_gone AFTER INSERT OR UPDATE ON tiktok_creator
    FOR EACH ROW WHEN (NEW.profile_source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
DROP TRIGGER legacy_stays_gone ON tiktok_creatorsnapshot;
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_creatorsnapshot_legacy
    FOR EACH ROW EXECUTE FUNCTION tiktok_refuse_legacy();
DROP TRIGGER legacy_stays_gone ON tiktok_videosnapshot;
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_videosnapshot_legacy
    FOR EACH ROW EXECUTE FUNCTION tiktok_refuse_legacy();
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0005_spell_webhook_deliveries")]

    operations = [
        migrations.CreateModel(
            name="VideoDay",
            fields=[
                ("pk", models.CompositePrimaryKey("video_id", "day", blank=True, editable=False, primary_key=True, serialize=False)),
                ("video_id", models.BigIntegerField()),
                ("day", models.DateField()),
                ("source", models.CharField(choices=[("legacy", "Old data source"), ("ttcm_public", "TikTok Creator Marketplace"), ("ttcm_authorized", "TikTok, authorized"), ("order_report", "TikTok order report")], max_length=20)),
                ("fetched_at", models.DateTimeField()),
                ("video_views", models.BigIntegerField(null=True)),
                ("likes", models.BigIntegerField(null=True)),
                ("comments", models.BigIntegerField(null=True)),
                ("shares", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "tiktok_videoday",
                "managed": False,
            },
        ),
        migrations.AddField(
            model_name="creator",
            name="absurd",
            field=models.SmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="creator",
            name="calculated_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="creator",
            name="calculated_average_views",
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="creator",
            name="calculated_engagement_rate",
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="creator",
            name="calculated_videos",
            field=models.SmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="creator",
            name="profile_dialect",
            field=models.CharField(blank=True, choices=[("ttcm", "Creator Marketplace"), ("tto", "TikTok One")], db_default="", max_length=10),
        ),
        migrations.AddField(
            model_name="video",
            name="absurd",
            field=models.SmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name="video",
            name="falling",
            field=models.SmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(FLAGS, NO_FLAGS),
        migrations.RunSQL(DAYS, "DROP TABLE tiktok_videoday"),
        migrations.RunSQL(FILL_DAYS, migrations.RunSQL.noop),
        migrations.RunSQL(GATE, migrations.RunSQL.noop),
        migrations.RunSQL(MONTHS_AHEAD, "DROP FUNCTION tiktok_prepare_months()"),
    ]
