"""Snapshots: the old source in a partition of its own (purged by dropping it), TikTok's own by month.

Two tiers of history (decision 0015): readings of an hour, and for good the last reading of each day, packed by quarter.
"""

from django.db import migrations

CREATOR_COLUMNS = """
    creator_id bigint NOT NULL,
    follower_count bigint, like_count bigint, video_count bigint,
    average_views double precision, engagement_rate double precision, completion_rate double precision,
"""
VIDEO_COLUMNS = """
    video_id bigint NOT NULL,
    video_views bigint, likes bigint, comments bigint, shares bigint, total_engagements bigint,
    engagement_rate double precision, reach bigint, total_play_time double precision,
    average_play_time double precision, video_completion_rate double precision,
    falling smallint NOT NULL DEFAULT 0,
"""


def tables(name: str, columns: str, object_id: str) -> str:
    return f"""
    CREATE TABLE {name} (
        organization_id bigint NOT NULL, {columns}
        source varchar(20) NOT NULL, bucket_at timestamptz NOT NULL, fetched_at timestamptz NOT NULL,
        absurd smallint NOT NULL DEFAULT 0, details jsonb,
        PRIMARY KEY ({object_id}, source, bucket_at)
    ) PARTITION BY LIST (source);
    CREATE INDEX {name}_by_organization ON {name} (organization_id, {object_id}, bucket_at);
    CREATE TABLE {name}_legacy PARTITION OF {name} FOR VALUES IN ('legacy');
    CREATE TABLE {name}_own PARTITION OF {name} DEFAULT PARTITION BY RANGE (bucket_at);
    CREATE TABLE {name}_own_rest PARTITION OF {name}_own DEFAULT;
    ALTER TABLE {name}_legacy ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {name}_own ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {name}_own_rest ENABLE ROW LEVEL SECURITY;
    """


# Called by the run-time role, which owns nothing. It makes months from 2016 (TikTok's first year) to half a year ahead, and
# nothing else; readings of other times stay in the catch-all. A partition is reached through its parent, whose policy decides.
PREPARE = """
CREATE FUNCTION tiktok_prepare_month(moment timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '3s' AS $$
DECLARE
    first_at timestamptz := date_trunc('month', moment); next_at timestamptz := first_at + interval '1 month';
    parent text; part text; moved bigint; total bigint := 0;
BEGIN
    IF first_at < '2016-01-01' OR first_at > now() + interval '6 months' THEN
        RETURN 0;
    END IF;
    FOREACH parent IN ARRAY ARRAY['tiktok_creatorsnapshot', 'tiktok_videosnapshot'] LOOP
        part := format('%s_%s', parent, to_char(first_at, 'YYYY_MM'));
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_own_rest');
        CONTINUE WHEN to_regclass(part) IS NOT NULL; -- made while we waited
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', part, parent || '_own');
        EXECUTE format('WITH strays AS (DELETE FROM %I WHERE bucket_at >= %L AND bucket_at < %L RETURNING *) '
                       'INSERT INTO %I SELECT * FROM strays', parent || '_own_rest', first_at, next_at, part);
        GET DIAGNOSTICS moved = ROW_COUNT;
        total := total + moved;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       parent || '_own', part, first_at, next_at);
    END LOOP;
    RETURN total;
END $$;
"""
STRAYS = """
CREATE FUNCTION tiktok_stray_months() RETURNS SETOF timestamptz LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT date_trunc('month', bucket_at) FROM tiktok_creatorsnapshot_own_rest
    UNION SELECT date_trunc('month', bucket_at) FROM tiktok_videosnapshot_own_rest
$$;
"""
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
    replaces = [("tiktok", "0024_keep_the_state_of_grants")]
    dependencies = [("tiktok", "0001_initial")]

    operations = [
        migrations.RunSQL(
            tables("tiktok_creatorsnapshot", CREATOR_COLUMNS, "creator_id"), "DROP TABLE tiktok_creatorsnapshot"
        ),
        migrations.RunSQL(
            tables("tiktok_videosnapshot", VIDEO_COLUMNS, "video_id"), "DROP TABLE tiktok_videosnapshot"
        ),
        migrations.RunSQL(PREPARE, "DROP FUNCTION tiktok_prepare_month(timestamptz)"),
        migrations.RunSQL(STRAYS, "DROP FUNCTION tiktok_stray_months()"),
        migrations.RunSQL(QUARTERS, "DROP TABLE tiktok_videoquarter"),
        migrations.RunSQL(READINGS, "DROP VIEW tiktok_videoreading"),
        migrations.RunSQL(DROP_MONTHS, "DROP FUNCTION tiktok_drop_moved_months()"),
        # The numbers of a video change daily, in place while there is room.
        migrations.RunSQL(
            "ALTER TABLE tiktok_video SET (fillfactor = 70)", "ALTER TABLE tiktok_video RESET (fillfactor)"
        ),
    ]
