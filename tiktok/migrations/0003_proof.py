"""The gate that keeps purged data away, and finished purges as they were."""

from django.db import migrations

# A BEFORE UPDATE trigger locks every row it sees, whatever its WHEN says; AFTER refuses as well and costs nothing. Of the
# snapshots only the old source's partition needs a gate: a row whose source is changed is inserted there.
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
CREATE TRIGGER legacy_stays_gone AFTER INSERT OR UPDATE ON tiktok_video
    FOR EACH ROW WHEN (NEW.source = 'legacy' OR NEW.counts_source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
CREATE TRIGGER legacy_stays_gone AFTER INSERT OR UPDATE ON tiktok_creator
    FOR EACH ROW WHEN (NEW.profile_source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_creatorsnapshot_legacy
    FOR EACH ROW EXECUTE FUNCTION tiktok_refuse_legacy();
CREATE TRIGGER legacy_stays_gone BEFORE INSERT OR UPDATE ON tiktok_videosnapshot_legacy
    FOR EACH ROW EXECUTE FUNCTION tiktok_refuse_legacy();
"""
# A finished purge stays what it was, whoever asks; the run-time role may not even try with its receipt.
FINISHED = """
CREATE FUNCTION tiktok_keep_finished_purge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finished purge is never changed';
END $$;
CREATE TRIGGER purge_finished_is_never_changed BEFORE UPDATE ON tiktok_purgerun
FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION tiktok_keep_finished_purge();
"""


class Migration(migrations.Migration):
    replaces = [("tiktok", "0024_keep_the_state_of_grants")]
    dependencies = [("tiktok", "0002_snapshots")]

    operations = [
        migrations.RunSQL(GATE, "DROP FUNCTION tiktok_refuse_legacy() CASCADE"),
        migrations.RunSQL(FINISHED, "DROP FUNCTION tiktok_keep_finished_purge() CASCADE"),
    ]
