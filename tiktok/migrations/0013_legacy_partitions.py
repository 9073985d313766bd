"""The old source's snapshots stand in partitions of their own, one for each organization, and go by dropping one.

For that the organization belongs to the key: the indexes of all snapshots are made anew, for which a large installation needs
minutes without readings.
"""

from django.db import migrations, models

SPLIT = """
DO $$
DECLARE parent text; object_id text; gate text; gates text[]; part text; old text; one bigint;
BEGIN
    FOR parent, object_id IN VALUES ('tiktok_creatorsnapshot', 'creator_id'), ('tiktok_videosnapshot', 'video_id') LOOP
        old := parent || '_before';
        SELECT array_agg(pg_get_triggerdef(oid)) INTO gates FROM pg_trigger
        WHERE tgrelid = (parent || '_legacy')::regclass AND NOT tgisinternal AND tgparentid = 0;
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, parent || '_legacy');
        EXECUTE format('ALTER TABLE %I RENAME TO %I', parent || '_legacy', old);
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', parent, parent || '_pkey');
        EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%I, source, bucket_at, organization_id)', parent, object_id);
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES IN (''legacy'') PARTITION BY LIST (organization_id)',
                       parent || '_legacy', parent);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', parent || '_legacy');
        FOR one IN EXECUTE format('SELECT DISTINCT organization_id FROM %I', old) LOOP
            part := format('%s_legacy_%s', parent, one);
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', part, parent);
            EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE organization_id IN (%s)', part, old, one);
            EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent || '_legacy', part, one);
        END LOOP;
        EXECUTE format('DROP TABLE %I', old);
        FOREACH gate IN ARRAY coalesce(gates, '{}') LOOP
            EXECUTE gate;
        END LOOP;
    END LOOP;
END $$;
"""
# All three are called by the run-time role, which owns nothing, and know of no organization but the one in scope.
OPEN = """
CREATE FUNCTION tiktok_open_legacy() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
DECLARE
    owner bigint := nullif(current_setting('app.organization', true), '')::bigint;
    parent text; part text;
BEGIN
    IF owner IS NULL THEN
        RAISE EXCEPTION 'no organization is in scope' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH parent IN ARRAY ARRAY['tiktok_creatorsnapshot', 'tiktok_videosnapshot'] LOOP
        part := format('%s_legacy_%s', parent, owner);
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        IF EXISTS (SELECT FROM tiktok_legacymigration WHERE organization_id = owner AND cut_over_at IS NOT NULL) THEN
            RAISE EXCEPTION 'legacy data of this organization cannot come back after its cut-over'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'legacy_stays_gone';
        END IF;
        EXECUTE format('LOCK TABLE %I IN SHARE UPDATE EXCLUSIVE MODE', parent || '_legacy');
        CONTINUE WHEN to_regclass(part) IS NOT NULL; -- made while we waited
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', part, parent);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', parent || '_legacy', part, owner);
    END LOOP;
END $$;
"""
# Whoever reads waits for the lock on the parent, so nothing is counted while it is held: a partition is detached first, and
# counted and dropped later, when nobody can reach it any more. No name is taken from the caller, but of one of two tables.
DROP = """
CREATE FUNCTION tiktok_legacy_partition(parent text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE owner bigint := nullif(current_setting('app.organization', true), '')::bigint;
BEGIN
    IF parent NOT IN ('tiktok_creatorsnapshot', 'tiktok_videosnapshot') THEN
        RAISE EXCEPTION '% has no partitions of the old source', parent USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF owner IS NULL
        OR NOT EXISTS (SELECT FROM tiktok_legacymigration WHERE organization_id = owner AND cut_over_at IS NOT NULL)
        OR NOT EXISTS (SELECT FROM tiktok_purgerun WHERE organization_id = owner AND state = 'running')
    THEN
        RAISE EXCEPTION 'the old source''s data goes by a running purge alone, after the cut-over'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN format('%s_legacy_%s', parent, owner);
END $$;

CREATE FUNCTION tiktok_detach_legacy(parent text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE part text := tiktok_legacy_partition(parent);
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(part) AND relispartition) THEN
        RETURN false;
    END IF;
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent || '_legacy', part);
    RETURN true;
END $$;

CREATE FUNCTION tiktok_drop_legacy(parent text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE part text := tiktok_legacy_partition(parent); gone bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(part) AND NOT relispartition) THEN
        RETURN 0;
    END IF;
    EXECUTE format('SELECT count(*) FROM %I', part) INTO gone;
    EXECUTE format('DROP TABLE %I', part);
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0012_refuse_legacy_from_cut_over")]

    operations = [
        migrations.AlterField(
            "purgerun",
            "state",
            models.CharField(
                max_length=10, choices=[("running", "Running"), ("paused", "Paused"), ("done", "Done")], default="running"
            ),
        ),
        migrations.RunSQL(SPLIT),
        migrations.RunSQL(OPEN, "DROP FUNCTION tiktok_open_legacy()"),
        migrations.RunSQL(
            DROP,
            "DROP FUNCTION tiktok_drop_legacy(text); DROP FUNCTION tiktok_detach_legacy(text);"
            " DROP FUNCTION tiktok_legacy_partition(text);",
        ),
    ]
