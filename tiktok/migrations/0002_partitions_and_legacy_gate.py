"""Snapshot tables: the old source in a partition of its own (purged by dropping it), TikTok's own by month.

And the gate: once an organization's legacy data is purged, the database refuses new legacy rows for it.
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
"""


def tables(name: str, columns: str, object_id: str) -> str:
    return f"""
    CREATE TABLE {name} (
        organization_id bigint NOT NULL, {columns}
        source varchar(20) NOT NULL, bucket_at timestamptz NOT NULL, fetched_at timestamptz NOT NULL,
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


# A partition is reached through its parent, whose policy decides; reached directly it has no policy and shows nothing.
MONTHS = """
CREATE FUNCTION tiktok_create_month_partitions(first_month date, months int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE parent text; month date; part text; has_strays boolean;
BEGIN
    FOREACH parent IN ARRAY ARRAY['tiktok_creatorsnapshot', 'tiktok_videosnapshot'] LOOP
        FOR step IN 0..months - 1 LOOP
            month := (date_trunc('month', first_month) + make_interval(months => step))::date;
            part := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
            -- Rows that came while there was no partition for their month stay where they are.
            EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE bucket_at >= %L AND bucket_at < %L)', parent || '_own_rest',
                           month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00') INTO has_strays;
            IF to_regclass(part) IS NULL AND NOT has_strays THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent || '_own',
                               month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00');
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
            END IF;
        END LOOP;
    END LOOP;
END $$;
"""

GATE = """
CREATE FUNCTION tiktok_refuse_legacy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM tiktok_legacymigration
               WHERE organization_id = NEW.organization_id AND purged_at IS NOT NULL) THEN
        RAISE EXCEPTION 'legacy data of this organization was purged and cannot come back'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'legacy_stays_gone';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_video
    FOR EACH ROW WHEN (NEW.source = 'legacy' OR NEW.counts_source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_creator
    FOR EACH ROW WHEN (NEW.profile_source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_creatorsnapshot
    FOR EACH ROW WHEN (NEW.source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_videosnapshot
    FOR EACH ROW WHEN (NEW.source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0001_initial")]

    operations = [
        migrations.RunSQL(
            tables("tiktok_creatorsnapshot", CREATOR_COLUMNS, "creator_id"),
            "DROP TABLE tiktok_creatorsnapshot",
        ),
        migrations.RunSQL(
            tables("tiktok_videosnapshot", VIDEO_COLUMNS, "video_id"), "DROP TABLE tiktok_videosnapshot"
        ),
        migrations.RunSQL(MONTHS, "DROP FUNCTION tiktok_create_month_partitions(date, int)"),
        migrations.RunSQL(GATE, "DROP FUNCTION tiktok_refuse_legacy() CASCADE"),
    ]
