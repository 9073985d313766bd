"""A profile that is kept for a reversal loses what its creator has withdrawn, and gains nothing."""

from django.db import migrations

GATES = """
DROP TRIGGER legacy_stays_gone ON tiktok_legacyprofile;
CREATE TRIGGER legacy_stays_gone AFTER INSERT ON tiktok_legacyprofile
    FOR EACH ROW WHEN (NEW.source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
CREATE TRIGGER legacy_only_shrinks AFTER UPDATE ON tiktok_legacyprofile
    FOR EACH ROW WHEN (
        NEW.source = 'legacy' AND NOT (OLD.source = 'legacy' AND NEW.profile - 'absurd' <@ OLD.profile)
    ) EXECUTE FUNCTION tiktok_refuse_legacy();
"""
BEFORE = """
DROP TRIGGER legacy_only_shrinks ON tiktok_legacyprofile;
DROP TRIGGER legacy_stays_gone ON tiktok_legacyprofile;
CREATE TRIGGER legacy_stays_gone AFTER INSERT OR UPDATE ON tiktok_legacyprofile
    FOR EACH ROW WHEN (NEW.source = 'legacy') EXECUTE FUNCTION tiktok_refuse_legacy();
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0017_past_videos")]

    operations = [migrations.RunSQL(GATES, BEFORE)]
