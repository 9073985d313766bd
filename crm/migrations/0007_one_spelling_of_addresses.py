from django.db import migrations

from tenancy.addresses import one_spelling

TABLES = ('crm_influencer', 'crm_searchword')
RESPELL = """
UPDATE crm_influencer SET email = pair.kept
FROM unnest(%s::text[], %s::text[]) AS pair(kept, stored) WHERE email = pair.stored
"""


def respell(apps, schema_editor):
    """Bring addresses that were stored as they were typed to their one spelling: they are looked up by it."""
    with schema_editor.connection.cursor() as cursor:
        # The owner rewrites rows of all organizations: for the time of this transaction the policies do not bind it.
        for table in TABLES:
            cursor.execute(f'ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY')
        cursor.execute("SELECT DISTINCT email FROM crm_influencer WHERE email <> ''")
        pairs = [(one_spelling(email), email) for (email,) in cursor.fetchall()]
        changed = [pair for pair in pairs if pair[0] != pair[1]]
        if changed:
            cursor.execute(RESPELL, [list(column) for column in zip(*changed, strict=True)])
        cursor.execute('SET CONSTRAINTS ALL IMMEDIATE')
        for table in TABLES:
            cursor.execute(f'ALTER TABLE {table} FORCE ROW LEVEL SECURITY')


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0006_fold_names_in_the_database'),
    ]

    operations = [migrations.RunPython(respell, migrations.RunPython.noop)]
