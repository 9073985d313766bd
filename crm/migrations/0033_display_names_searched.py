"""Influencers are found by their display names, too; the different salutations get an index.

Writes the words of those who have a display name: a second for each 2,000 of them.
"""

from django.db import migrations, models

TEXTS = "name || ' ' || display_name || ' ' || email"
BEFORE = "name || ' ' || email"


def keeping(texts, columns):
    """The functions and triggers that keep words and parts of these texts, made of these columns of an influencer."""
    new = texts.replace("name ||", "NEW.name ||", 1).replace("|| display_name", "|| NEW.display_name").replace("|| email", "|| NEW.email")
    of_old, of_new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"""
CREATE OR REPLACE FUNCTION crm_keep_words_of_influencer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF ({of_new}) IS NOT DISTINCT FROM ({of_old}) THEN RETURN NULL; END IF;
        DELETE FROM crm_searchword WHERE influencer_id = NEW.id AND account_id IS NULL;
    END IF;
    INSERT INTO crm_searchword (organization_id, influencer_id, word)
    SELECT NEW.organization_id, NEW.id, word FROM crm_words({new}) AS word;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION crm_remove_parts(influencer bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchpart WHERE influencer_id = influencer AND word NOT IN (
        SELECT part FROM crm_influencer, crm_parts({texts}) AS part WHERE id = influencer
        UNION ALL
        SELECT part FROM crm_otheraddress, crm_parts(email) AS part WHERE influencer_id = influencer
        UNION ALL
        SELECT part FROM crm_socialaccount, crm_parts(handle) AS part WHERE influencer_id = influencer
    );
END
$$;

CREATE OR REPLACE FUNCTION crm_keep_parts_of_influencer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN PERFORM crm_remove_parts(NEW.id); END IF;
    PERFORM crm_add_parts(NEW.organization_id, NEW.id, {new});
    RETURN NULL;
END
$$;

DROP TRIGGER keep_changed_parts ON crm_influencer;
CREATE TRIGGER keep_changed_parts AFTER UPDATE ON crm_influencer FOR EACH ROW
WHEN (({of_old}) IS DISTINCT FROM ({of_new})) EXECUTE FUNCTION crm_keep_parts_of_influencer();
"""


# The policies bind the owner, too: each organization's rows are written in its scope.
FILL = f"""
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        DELETE FROM crm_searchword WHERE account_id IS NULL
            AND influencer_id IN (SELECT id FROM crm_influencer WHERE display_name <> '');
        INSERT INTO crm_searchword (organization_id, influencer_id, word)
        SELECT one, id, word FROM crm_influencer, crm_words({TEXTS}) AS word WHERE display_name <> '';
        INSERT INTO crm_searchpart (organization_id, influencer_id, word)
        SELECT one, id, part FROM crm_influencer, crm_parts(display_name) AS part WHERE display_name <> ''
        ON CONFLICT DO NOTHING;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0032_contract_replaced")]

    operations = [
        migrations.RunSQL(
            keeping(TEXTS, ("name", "display_name", "email")), keeping(BEFORE, ("name", "email"))
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="influencer",
            index=models.Index(fields=["organization", "salutation"], name="influencer_by_salutation"),
        ),
    ]
