"""The owner's functions name the schema of every table: whoever calls them may make temporary tables, and views that run code.

The last place on the path is not enough for a table that may be missing: its name would then be found among the temporary ones.
"""

from django.db import migrations

PREPARE = """
CREATE OR REPLACE FUNCTION tiktok_prepare_month(moment timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
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
        CONTINUE WHEN to_regclass('public.' || quote_ident(part)) IS NOT NULL;
        EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', parent || '_own_rest');
        CONTINUE WHEN to_regclass('public.' || quote_ident(part)) IS NOT NULL; -- made while we waited
        EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS)', part, parent || '_own');
        EXECUTE format('WITH strays AS (DELETE FROM public.%I WHERE bucket_at >= %L AND bucket_at < %L RETURNING *) '
                       'INSERT INTO public.%I SELECT * FROM strays', parent || '_own_rest', first_at, next_at, part);
        GET DIAGNOSTICS moved = ROW_COUNT;
        total := total + moved;
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                       parent || '_own', part, first_at, next_at);
    END LOOP;
    RETURN total;
END $$;
"""
STRAYS = """
CREATE OR REPLACE FUNCTION tiktok_stray_months() RETURNS SETOF timestamptz LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT date_trunc('month', bucket_at) FROM public.tiktok_creatorsnapshot_own_rest
    UNION SELECT date_trunc('month', bucket_at) FROM public.tiktok_videosnapshot_own_rest
$$;
"""
DROP_MONTHS = """
CREATE OR REPLACE FUNCTION tiktok_drop_moved_months() RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '3s' AS $$
DECLARE part text; has_rows boolean; dropped int := 0;
BEGIN
    FOR part IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'public.tiktok_videosnapshot_own'::regclass AND relname ~ '_\\d{4}_\\d{2}$'
            AND to_date(right(relname, 7), 'YYYY_MM') < date_trunc('month', now() - interval '90 days')
            AND pg_relation_size(pg_class.oid) < 64 * 1024 * 1024
        ORDER BY relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part) INTO has_rows;
        CONTINUE WHEN has_rows;
        LOCK TABLE ONLY public.tiktok_videosnapshot_own IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part) INTO has_rows;
        CONTINUE WHEN has_rows; -- one came while we waited
        EXECUTE format('ALTER TABLE public.tiktok_videosnapshot_own DETACH PARTITION public.%I', part);
        EXECUTE format('DROP TABLE public.%I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
"""
OPEN = """
CREATE OR REPLACE FUNCTION tiktok_open_legacy() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
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
        CONTINUE WHEN to_regclass('public.' || quote_ident(part)) IS NOT NULL;
        IF EXISTS (
            SELECT FROM public.tiktok_legacymigration WHERE organization_id = owner AND cut_over_at IS NOT NULL
        ) THEN
            RAISE EXCEPTION 'legacy data of this organization cannot come back after its cut-over'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'legacy_stays_gone';
        END IF;
        EXECUTE format('LOCK TABLE public.%I IN SHARE UPDATE EXCLUSIVE MODE', parent || '_legacy');
        CONTINUE WHEN to_regclass('public.' || quote_ident(part)) IS NOT NULL; -- made while we waited
        EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS)', part, parent);
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES IN (%s)',
                       parent || '_legacy', part, owner);
    END LOOP;
END $$;
"""
# Taken away is only a table of rows that belongs to whom the parent belongs to.
DROP = """
CREATE OR REPLACE FUNCTION tiktok_legacy_partition(parent text) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE owner bigint := nullif(current_setting('app.organization', true), '')::bigint;
BEGIN
    IF parent NOT IN ('tiktok_creatorsnapshot', 'tiktok_videosnapshot') THEN
        RAISE EXCEPTION '% has no partitions of the old source', parent USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF owner IS NULL
        OR NOT EXISTS (
            SELECT FROM public.tiktok_legacymigration WHERE organization_id = owner AND cut_over_at IS NOT NULL
        )
        OR NOT EXISTS (SELECT FROM public.tiktok_purgerun WHERE organization_id = owner AND state = 'running')
    THEN
        RAISE EXCEPTION 'the old source''s data goes by a running purge alone, after the cut-over'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN format('%s_legacy_%s', parent, owner);
END $$;

CREATE OR REPLACE FUNCTION tiktok_detach_legacy(parent text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE part text := public.tiktok_legacy_partition(parent);
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_class WHERE oid = to_regclass('public.' || quote_ident(part)) AND relkind = 'r' AND relispartition
            AND relowner = (SELECT relowner FROM pg_class WHERE oid = ('public.' || parent)::regclass)
    ) THEN
        RETURN false;
    END IF;
    EXECUTE format('ALTER TABLE public.%I DETACH PARTITION public.%I', parent || '_legacy', part);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION tiktok_drop_legacy(parent text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE part text := public.tiktok_legacy_partition(parent); gone bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_class WHERE oid = to_regclass('public.' || quote_ident(part)) AND relkind = 'r' AND NOT relispartition
            AND relowner = (SELECT relowner FROM pg_class WHERE oid = ('public.' || parent)::regclass)
    ) THEN
        RETURN 0;
    END IF;
    EXECUTE format('SELECT count(*) FROM public.%I', part) INTO gone;
    EXECUTE format('DROP TABLE public.%I', part);
    RETURN gone;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0018_kept_profiles_shrink")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (PREPARE, STRAYS, DROP_MONTHS, OPEN, DROP)
    ]
