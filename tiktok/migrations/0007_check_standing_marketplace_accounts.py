"""The daily check of marketplace accounts begins for those that stand already."""

from django.db import migrations

# Row-level security holds the owner, too: each organization's accounts show in its own scope only.
BEGIN = """
DO $$
DECLARE organization bigint;
BEGIN
    FOR organization IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', organization::text, true);
        INSERT INTO tiktok_poll (organization_id, kind, subject_id, due_at, attempts, stopped_reason)
        SELECT organization_id, 'marketplace', id, now(), 0, '' FROM tiktok_marketplaceaccount
        WHERE organization_id = organization AND state = 'connected'
        ON CONFLICT DO NOTHING;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0006_flags_days_and_dialect")]

    operations = [migrations.RunSQL(BEGIN, migrations.RunSQL.noop)]
