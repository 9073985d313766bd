"""The words that influencers are found by, kept by triggers (decision 0010)."""

from django.db import migrations

TRIGGERS = """
CREATE FUNCTION crm_keep_words_of_influencer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.name, NEW.email) IS NOT DISTINCT FROM (OLD.name, OLD.email) THEN RETURN NULL; END IF;
        DELETE FROM crm_searchword WHERE influencer_id = NEW.id AND account_id IS NULL;
    END IF;
    INSERT INTO crm_searchword (organization_id, influencer_id, word)
    SELECT NEW.organization_id, NEW.id, word FROM crm_words(NEW.name || ' ' || NEW.email) AS word;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_words AFTER INSERT OR UPDATE ON crm_influencer
FOR EACH ROW EXECUTE FUNCTION crm_keep_words_of_influencer();

CREATE FUNCTION crm_keep_words_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.handle, NEW.influencer_id) IS NOT DISTINCT FROM (OLD.handle, OLD.influencer_id) THEN RETURN NULL; END IF;
        DELETE FROM crm_searchword WHERE account_id = NEW.id;
    END IF;
    INSERT INTO crm_searchword (organization_id, influencer_id, account_id, word)
    SELECT NEW.organization_id, NEW.influencer_id, NEW.id, word FROM crm_words(NEW.handle) AS word;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_words AFTER INSERT OR UPDATE ON crm_socialaccount
FOR EACH ROW EXECUTE FUNCTION crm_keep_words_of_account();
"""


class Migration(migrations.Migration):
    replaces = [("crm", "0016_mailings")]
    dependencies = [("crm", "0002_initial")]

    operations = [
        migrations.RunSQL(
            TRIGGERS,
            "DROP FUNCTION crm_keep_words_of_influencer() CASCADE; DROP FUNCTION crm_keep_words_of_account() CASCADE;",
        ),
    ]
