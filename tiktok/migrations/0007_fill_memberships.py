"""TikTok's answers until now were said to the account in use."""

from django.db import migrations

# The policies bind the owner, too: each organization's rows are filled in its scope.
FILL = """
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        INSERT INTO tiktok_creatormembership (organization_id, creator_id, account_id, status, checked_at)
        SELECT one, creator.id, in_use.id, creator.marketplace_status,
            coalesce(creator.marketplace_checked_at, creator.created_at)
        FROM tiktok_creator AS creator, (
            SELECT id FROM tiktok_marketplaceaccount WHERE organization_id = one AND state = 'connected'
            ORDER BY chosen_at DESC NULLS LAST, id LIMIT 1
        ) AS in_use
        WHERE creator.organization_id = one AND creator.marketplace_status <> 'unknown';
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0006_membership_per_account")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
