"""A bio finds while a page shows it: not that of an account which TikTok no longer lets us track."""

from django.db import migrations

KEEP = """
CREATE OR REPLACE FUNCTION crm_keep_bio(account bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_bioword WHERE account_id = account;
    INSERT INTO crm_bioword (organization_id, influencer_id, account_id, word)
    SELECT its.organization_id, its.influencer_id, its.id, word
    FROM crm_socialaccount AS its JOIN tiktok_creator AS creator ON creator.id = its.creator_id, crm_text_words(creator.bio) AS word
    WHERE its.id = account AND creator.bio <> ''{condition};
END
$$;
DROP TRIGGER keep_bio ON tiktok_creator;
CREATE TRIGGER keep_bio AFTER UPDATE ON tiktok_creator FOR EACH ROW
WHEN ({change}) EXECUTE FUNCTION crm_keep_bio_of_creator();
"""
SUPPORTED = "({row}.marketplace_status = 'in' OR {row}.grant_state IN ('active', 'expiring'))"


def supported(row):
    """Is the account in the marketplace or authenticated?"""
    return SUPPORTED.format(row=row)


NOW = KEEP.format(
    condition=f" AND {supported('creator')}",
    change=f"(OLD.bio, {supported('OLD')}) IS DISTINCT FROM (NEW.bio, {supported('NEW')})",
)
BEFORE = KEEP.format(condition="", change="OLD.bio IS DISTINCT FROM NEW.bio")

# The policies bind the owner, too: each organization's rows are read in its scope.
REMOVE = f"""
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        DELETE FROM crm_bioword USING crm_socialaccount AS its, tiktok_creator AS creator
        WHERE its.id = crm_bioword.account_id AND creator.id = its.creator_id AND NOT {supported("creator")};
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0011_partly_done"), ("tiktok", "0004_states_of_grants")]

    operations = [
        migrations.RunSQL(NOW, BEFORE),
        migrations.RunSQL(REMOVE, migrations.RunSQL.noop),
    ]
