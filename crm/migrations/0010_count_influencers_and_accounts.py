from django.db import migrations

COUNT = """
CALL tenancy_keep_count('crm_influencer', 'VALUES (0, ''influencers'', 1)', 'name');
CALL tenancy_keep_count(
    'crm_socialaccount',
    'SELECT 0, ''accounts.'' || creator.marketplace_status, 1 FROM tiktok_creator AS creator WHERE creator.id = creator_id',
    'creator_id', 'tiktok_creator', 'creator_id'
);
-- An account's creator may change its status; the account itself is counted above.
CREATE TRIGGER count_updated AFTER UPDATE ON tiktok_creator REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION tenancy_count(
    'SELECT 0, ''accounts.'' || marketplace_status, 1 FROM crm_socialaccount AS account WHERE account.creator_id = changed.id',
    'marketplace_status'
);
"""
UNCOUNT = """
DROP TRIGGER count_updated ON tiktok_creator;
""" + "".join(
    f"DROP TRIGGER count_{what} ON {table};\n"
    for table in ("crm_influencer", "crm_socialaccount")
    for what in ("inserted", "updated", "deleted")
)


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0009_index_accounts_by_handle'),
        ('tenancy', '0008_counters'),
        ('tiktok', '0020_index_invitations_newest_first'),
    ]

    operations = [migrations.RunSQL(COUNT, UNCOUNT)]
