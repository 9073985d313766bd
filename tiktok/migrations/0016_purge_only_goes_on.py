"""A purge that runs only goes on: what was planned stays planned, what is counted as gone stays counted."""

from django.db import migrations

GOES_ON = """
CREATE FUNCTION tiktok_keep_purge_progress() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.state = 'done') <> (NEW.finished_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a purge is done when it is finished, and not before';
    END IF;
    IF coalesce((OLD.counts->>'hashed')::int, 0) >= jsonb_array_length(OLD.counts->'planned')
        AND NEW.counts->'planned' IS DISTINCT FROM OLD.counts->'planned' THEN
        RAISE EXCEPTION 'what a purge has planned and hashed is never changed';
    END IF;
    IF EXISTS (
        SELECT FROM jsonb_each_text(coalesce(OLD.counts->'gone', '{}')) AS before (name, gone)
        WHERE coalesce((NEW.counts->'gone'->>before.name)::bigint, -1) < before.gone::bigint
    ) THEN
        RAISE EXCEPTION 'what a purge has counted as gone stays counted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purge_only_goes_on BEFORE UPDATE ON tiktok_purgerun
FOR EACH ROW EXECUTE FUNCTION tiktok_keep_purge_progress();
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0015_signed_receipts")]

    operations = [migrations.RunSQL(GOES_ON, "DROP FUNCTION tiktok_keep_purge_progress() CASCADE")]
