from django.db import migrations

EVENTS = ("inserted", "updated", "deleted")
DROP = "DROP TRIGGER count_updated ON tiktok_creator;\n" + "".join(
    f"DROP TRIGGER count_{what} ON crm_socialaccount;\n" for what in EVENTS
)
# `accounts.in` counts those without a grant, `accounts.in.active` those with an active one.
NAME = "concat_ws(''.'', ''accounts'', marketplace_status, nullif(grant_state, ''''))"
COUNT = f"""
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
COUNT_STATUS = """
CALL tenancy_keep_count(
    'crm_socialaccount',
    'SELECT 0, ''accounts.'' || creator.marketplace_status, 1 FROM tiktok_creator AS creator WHERE creator.id = creator_id',
    'creator_id', 'tiktok_creator', 'creator_id'
);
CREATE TRIGGER count_updated AFTER UPDATE ON tiktok_creator REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION tenancy_count(
    'SELECT 0, ''accounts.'' || marketplace_status, 1 FROM crm_socialaccount AS account WHERE account.creator_id = changed.id',
    'marketplace_status'
);
"""
# The owner counts the rows of all organizations: for the time of this transaction the policies do not bind it.
READ = ("tenancy_counter", "crm_socialaccount", "tiktok_creator")
FILL = "\n".join([
    *(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;" for table in READ),
    "DELETE FROM tenancy_counter WHERE name LIKE 'accounts.%';",
    f"""INSERT INTO tenancy_counter (organization_id, subject_id, name, amount)
    SELECT creator.organization_id, 0, {NAME.replace("''", "'")}, count(*)
    FROM crm_socialaccount AS account JOIN tiktok_creator AS creator ON creator.id = account.creator_id GROUP BY 1, 3;""",
    "SET CONSTRAINTS ALL IMMEDIATE;",
    *(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;" for table in READ),
])


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0013_sort_by_numbers_of_the_main_account'),
        ('tiktok', '0024_keep_the_state_of_grants'),
    ]

    operations = [
        migrations.RunSQL(DROP + COUNT, DROP + COUNT_STATUS),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
