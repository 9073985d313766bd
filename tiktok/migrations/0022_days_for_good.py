"""Two tiers of history: readings of an hour, and for good the last reading of each day, packed by quarter."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

SOURCES = [("legacy", "Old data source"), ("ttcm_public", "TikTok Creator Marketplace"), ("ttcm_authorized", "TikTok, authorized"), ("order_report", "TikTok order report")]  # fmt: skip
COUNTS = ("video_views", "likes", "comments", "shares", "total_engagements", "reach")
OTHERS = ("engagement_rate", "total_play_time", "average_play_time", "video_completion_rate")
NUMBERS = (
    "video_views", "likes", "comments", "shares", "total_engagements", "engagement_rate", "reach", "total_play_time",
    "average_play_time", "video_completion_rate",
)  # fmt: skip

# A row of PostgreSQL's costs 28 bytes and its key 30: one for each day would take more room than all numbers of the day.
# Packed by quarter a row is long enough to be compressed. The old source's numbers never stand here.
QUARTERS = f"""
CREATE TABLE tiktok_videoquarter (
    organization_id bigint NOT NULL, video_id bigint NOT NULL, source varchar(20) NOT NULL, begins_on date NOT NULL,
    fetched_at timestamptz[] STORAGE MAIN NOT NULL,
    {", ".join(f"{name} bigint[] STORAGE MAIN" for name in COUNTS)},
    {", ".join(f"{name} double precision[] STORAGE MAIN" for name in OTHERS)},
    falling smallint[], absurd smallint[], details jsonb[],
    PRIMARY KEY (video_id, source, begins_on),
    CONSTRAINT quarter_is_never_of_the_old_source CHECK (source <> 'legacy')
) WITH (toast_tuple_target = 256);
-- Always empty: the proof that nothing of the old source is left need not read the table.
CREATE INDEX tiktok_videoquarter_of_old_source ON tiktok_videoquarter (organization_id) WHERE source = 'legacy';
"""
DETAILS = """
ALTER TABLE tiktok_creatorsnapshot ADD COLUMN details jsonb;
ALTER TABLE tiktok_videosnapshot ADD COLUMN details jsonb;
"""
NO_DETAILS = """
ALTER TABLE tiktok_creatorsnapshot DROP COLUMN details;
ALTER TABLE tiktok_videosnapshot DROP COLUMN details;
"""
# What is on show today is kept with the reading that brought it. The policies show one organization's rows at a time.
FILL_DETAILS = """
DO $$
DECLARE tenant bigint;
BEGIN
    FOR tenant IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', tenant::text, true);
        UPDATE tiktok_videosnapshot fact SET details = jsonb_strip_nulls(jsonb_build_object(
            'retention', video.retention, 'audience_age', video.audience_age, 'audience_gender', video.audience_gender,
            'audience_geography', video.audience_geography, 'audience_country', video.audience_country))
        FROM tiktok_video video
        WHERE video.id = fact.video_id AND fact.source = 'order_report' AND fact.fetched_at = video.report_fetched_at
            AND coalesce(video.retention, video.audience_age, video.audience_gender, video.audience_geography,
                         video.audience_country) IS NOT NULL;
        UPDATE tiktok_creatorsnapshot fact SET details = jsonb_strip_nulls(jsonb_build_object(
            'audience_countries', creator.audience_countries, 'audience_genders', creator.audience_genders,
            'audience_ages', creator.audience_ages, 'audience_locales', creator.audience_locales,
            'creator_rate', CASE WHEN creator.creator_rate_amount IS NOT NULL THEN
                jsonb_build_object('amount', creator.creator_rate_amount::text, 'currency', creator.creator_rate_currency) END))
        FROM tiktok_creator creator
        WHERE creator.id = fact.creator_id AND fact.source = 'ttcm_authorized'
            AND fact.fetched_at = creator.insights_fetched_at;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END $$;
"""
# With the rights and under the policies of whoever reads.
READINGS = f"""
CREATE VIEW tiktok_videoreading WITH (security_invoker = true) AS
SELECT organization_id, video_id, source, bucket_at, fetched_at, {", ".join(NUMBERS)}, falling, absurd, details
FROM tiktok_videosnapshot
UNION ALL
SELECT quarter.organization_id, quarter.video_id, quarter.source, date_trunc('hour', day.fetched_at, 'UTC'), day.fetched_at,
    {", ".join(f"day.{name}" for name in NUMBERS)}, coalesce(day.falling, 0::smallint), coalesce(day.absurd, 0::smallint),
    day.details
FROM tiktok_videoquarter quarter CROSS JOIN LATERAL unnest(
    quarter.fetched_at, {", ".join(f"quarter.{name}" for name in NUMBERS)}, quarter.falling, quarter.absurd, quarter.details
) AS day (fetched_at, {", ".join(NUMBERS)}, falling, absurd, details);
"""
# A month whose readings have all been moved on goes as a whole. Whoever reads or writes waits for the check, so a month is
# left until vacuum has given its room back.
DROP_MONTHS = """
CREATE FUNCTION tiktok_drop_moved_months() RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '3s' AS $$
DECLARE part text; has_rows boolean; dropped int := 0;
BEGIN
    FOR part IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'tiktok_videosnapshot_own'::regclass AND relname ~ '_\\d{4}_\\d{2}$'
            AND to_date(right(relname, 7), 'YYYY_MM') < date_trunc('month', now() - interval '90 days')
            AND pg_relation_size(pg_class.oid) < 64 * 1024 * 1024
        ORDER BY relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO has_rows;
        CONTINUE WHEN has_rows;
        LOCK TABLE ONLY tiktok_videosnapshot_own IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part) INTO has_rows;
        CONTINUE WHEN has_rows; -- one came while we waited
        EXECUTE format('ALTER TABLE tiktok_videosnapshot_own DETACH PARTITION %I', part);
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0021_months_of_their_own")]

    operations = [
        migrations.RunSQL(DETAILS, NO_DETAILS),
        migrations.RunSQL(FILL_DETAILS, migrations.RunSQL.noop),
        migrations.RunSQL(QUARTERS, "DROP TABLE tiktok_videoquarter"),
        migrations.RunSQL(READINGS, "DROP VIEW tiktok_videoreading"),
        migrations.RunSQL(DROP_MONTHS, "DROP FUNCTION tiktok_drop_moved_months()"),
        # The readings that days were made of are all there.
        migrations.RunSQL("DROP TABLE tiktok_videoday", migrations.RunSQL.noop),
        migrations.DeleteModel(name="VideoDay"),
        migrations.CreateModel(
            name="VideoQuarter",
            fields=[
                ("pk", models.CompositePrimaryKey("video_id", "source", "begins_on", blank=True, editable=False, primary_key=True, serialize=False)),
                ("video_id", models.BigIntegerField()),
                ("source", models.CharField(choices=SOURCES, max_length=20)),
                ("begins_on", models.DateField()),
                ("fetched_at", ArrayField(base_field=models.DateTimeField(), size=None)),
                ("video_views", ArrayField(base_field=models.BigIntegerField(null=True), null=True, size=None)),
                ("likes", ArrayField(base_field=models.BigIntegerField(null=True), null=True, size=None)),
                ("comments", ArrayField(base_field=models.BigIntegerField(null=True), null=True, size=None)),
                ("shares", ArrayField(base_field=models.BigIntegerField(null=True), null=True, size=None)),
                ("total_engagements", ArrayField(base_field=models.BigIntegerField(null=True), null=True, size=None)),
                ("engagement_rate", ArrayField(base_field=models.FloatField(null=True), null=True, size=None)),
                ("reach", ArrayField(base_field=models.BigIntegerField(null=True), null=True, size=None)),
                ("total_play_time", ArrayField(base_field=models.FloatField(null=True), null=True, size=None)),
                ("average_play_time", ArrayField(base_field=models.FloatField(null=True), null=True, size=None)),
                ("video_completion_rate", ArrayField(base_field=models.FloatField(null=True), null=True, size=None)),
                ("falling", ArrayField(base_field=models.SmallIntegerField(), null=True, size=None)),
                ("absurd", ArrayField(base_field=models.SmallIntegerField(), null=True, size=None)),
                ("details", ArrayField(base_field=models.JSONField(null=True), null=True, size=None)),
            ],
            options={
                "db_table": "tiktok_videoquarter",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="VideoReading",
            fields=[
                ("pk", models.CompositePrimaryKey("video_id", "source", "bucket_at", blank=True, editable=False, primary_key=True, serialize=False)),
                ("video_id", models.BigIntegerField()),
                ("source", models.CharField(choices=SOURCES, max_length=20)),
                ("bucket_at", models.DateTimeField()),
                ("fetched_at", models.DateTimeField()),
                ("video_views", models.BigIntegerField(null=True)),
                ("likes", models.BigIntegerField(null=True)),
                ("comments", models.BigIntegerField(null=True)),
                ("shares", models.BigIntegerField(null=True)),
                ("total_engagements", models.BigIntegerField(null=True)),
                ("engagement_rate", models.FloatField(null=True)),
                ("reach", models.BigIntegerField(null=True)),
                ("total_play_time", models.FloatField(null=True)),
                ("average_play_time", models.FloatField(null=True)),
                ("video_completion_rate", models.FloatField(null=True)),
                ("falling", models.SmallIntegerField(default=0)),
                ("absurd", models.SmallIntegerField(default=0)),
                ("details", models.JSONField(null=True)),
            ],
            options={
                "db_table": "tiktok_videoreading",
                "managed": False,
            },
        ),
    ]
