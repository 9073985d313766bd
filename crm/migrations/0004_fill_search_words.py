from django.db import migrations

# The owner fills rows of all organizations: for the time of this transaction the policies do not bind it.
FILL = """
ALTER TABLE crm_influencer NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_socialaccount NO FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_searchword NO FORCE ROW LEVEL SECURITY;

-- Already lower case and without accents. The e-mail at the end goes when the row is saved next.
UPDATE crm_influencer SET sort_name = left(search_text, 200);

WITH texts AS (
    SELECT organization_id, id AS influencer_id, NULL::bigint AS account_id, search_text AS text FROM crm_influencer
    UNION ALL
    SELECT organization_id, influencer_id, id, lower(handle) FROM crm_socialaccount
), words AS (
    SELECT organization_id, influencer_id, account_id, word FROM texts, regexp_split_to_table(text, '\\s+') word
    UNION
    SELECT organization_id, influencer_id, account_id, word FROM texts, regexp_split_to_table(text, '[^[:alnum:]]+') word
)
INSERT INTO crm_searchword (organization_id, influencer_id, account_id, word)
SELECT DISTINCT organization_id, influencer_id, account_id, left(word, 60) FROM words WHERE word <> '';

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE crm_influencer FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_socialaccount FORCE ROW LEVEL SECURITY;
ALTER TABLE crm_searchword FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0003_search_words'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
