"""Influencers, and their accounts by membership and grant, are counted."""

from django.db import migrations

# `accounts.in` counts those without a grant, `accounts.in.active` those with an active one.
NAME = "concat_ws(''.'', ''accounts'', marketplace_status, nullif(grant_state, ''''))"
COUNT = f"""
CALL tenancy_keep_count('crm_influencer', 'VALUES (0, ''influencers'', 1)', 'name');
CALL tenancy_keep_count(
    'crm_socialaccount', 'SELECT 0, {NAME}, 1 FROM tiktok_creator AS creator WHERE creator.id = creator_id',
    'creator_id', 'tiktok_creator', 'creator_id'
);
-- An account's creator may change; the account itself is counted above.
CREATE TRIGGER count_updated AFTER UPDATE ON tiktok_creator REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION tenancy_count(
    'SELECT 0, {NAME}, 1 FROM crm_socialaccount AS account WHERE account.creator_id = changed.id',
    'marketplace_status, grant_state'
);
"""
UNCOUNT = "DROP TRIGGER count_updated ON tiktok_creator;\n" + "".join(
    f"DROP TRIGGER count_{what} ON {table};\n"
    for table in ("crm_influencer", "crm_socialaccount")
    for what in ("inserted", "updated", "deleted")
)


class Migration(migrations.Migration):
    replaces = [("crm", "0016_mailings")]
    dependencies = [("crm", "0004_numbers_of_the_main_account"), ("tenancy", "0002_counters"), ("tiktok", "0004_states_of_grants")]

    operations = [
        migrations.RunSQL(COUNT, UNCOUNT),
    ]
