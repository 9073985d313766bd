"""A partition for any month that has readings, in the past as well; what was put aside meanwhile is moved there and counted."""

from django.db import migrations

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
FORMER = """
DROP FUNCTION tiktok_prepare_months();
DROP FUNCTION tiktok_create_month_partitions(date, int);
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0020_index_invitations_newest_first")]

    operations = [
        migrations.RunSQL(FORMER, migrations.RunSQL.noop),
        migrations.RunSQL(PREPARE, "DROP FUNCTION tiktok_prepare_month(timestamptz)"),
        migrations.RunSQL(STRAYS, "DROP FUNCTION tiktok_stray_months()"),
    ]
