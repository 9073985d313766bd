"""Parts of names and addresses, and the words of bios and notes, that influencers are found by (decision 0010).

Fills in what is there, one organization after the other, in one transaction: about fifteen minutes for 1,000,000
influencers. Until it ends, influencers, accounts and notes can be read and not be written.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression
from django.db.models.lookups import Exact

import tenancy.scope

# Letters of scripts that put no spaces between words: Thai and Lao, Burmese, the first consonants of Korean syllables (which
# the fold takes apart), Khmer, radicals, kana, Han.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u115f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3400-\u9fff"
    r"\U00020000-\U0003ffff"
)
BLANKS = r"[ \t-\r]+"
MOST_WORDS = 500

FUNCTIONS = f"""
-- The ends of all words of a text: three characters at least, fewer in scripts without spaces.
CREATE FUNCTION crm_parts(text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT DISTINCT left(substr(word, start), 60)
FROM regexp_split_to_table(crm_folded($1), '{BLANKS}') AS word, generate_series(1, char_length(word)) AS start
WHERE start <= char_length(word) - 2
    OR (octet_length(word) > char_length(word) AND substr(word, start, 1) ~ '[{UNSPACED}]')
$$;

-- The words of a bio or a note, the first {MOST_WORDS} different ones. In scripts without spaces one begins with each letter.
CREATE FUNCTION crm_text_words(text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
-- OFFSET 0 keeps the fold from being made again for each word.
SELECT word FROM (SELECT crm_folded($1) AS folded OFFSET 0) AS its, LATERAL (
    SELECT word FROM crm_words($1) AS word
    UNION
    SELECT left(substr(word, start), 60)
    FROM regexp_split_to_table(folded, '{BLANKS}') AS word, generate_series(1, char_length(word)) AS start
    WHERE octet_length(word) > char_length(word) AND substr(word, start, 1) ~ '[{UNSPACED}]'
) AS words ORDER BY strpos(folded, word), word LIMIT {MOST_WORDS}
$$;

CREATE FUNCTION crm_add_parts(organization bigint, influencer bigint, of_text text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO crm_searchpart (organization_id, influencer_id, word)
    SELECT organization, influencer, part FROM crm_parts(of_text) AS part ORDER BY part ON CONFLICT DO NOTHING;
END
$$;

-- Names, addresses and handles share parts. Those that nothing holds any more go.
CREATE FUNCTION crm_remove_parts(influencer bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_searchpart WHERE influencer_id = influencer AND word NOT IN (
        SELECT part FROM crm_influencer, crm_parts(name || ' ' || email) AS part WHERE id = influencer
        UNION ALL
        SELECT part FROM crm_otheraddress, crm_parts(email) AS part WHERE influencer_id = influencer
        UNION ALL
        SELECT part FROM crm_socialaccount, crm_parts(handle) AS part WHERE influencer_id = influencer
    );
END
$$;

CREATE FUNCTION crm_keep_parts_of_influencer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN PERFORM crm_remove_parts(NEW.id); END IF;
    PERFORM crm_add_parts(NEW.organization_id, NEW.id, NEW.name || ' ' || NEW.email);
    RETURN NULL;
END
$$;

CREATE FUNCTION crm_keep_bio(account bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_bioword WHERE account_id = account;
    INSERT INTO crm_bioword (organization_id, influencer_id, account_id, word)
    SELECT its.organization_id, its.influencer_id, its.id, word
    FROM crm_socialaccount AS its JOIN tiktok_creator AS creator ON creator.id = its.creator_id, crm_text_words(creator.bio) AS word
    WHERE its.id = account AND creator.bio <> '';
END
$$;

CREATE FUNCTION crm_keep_bio_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_keep_bio(NEW.id);
    RETURN NULL;
END
$$;

CREATE FUNCTION crm_keep_bio_of_creator() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM crm_keep_bio(id) FROM crm_socialaccount WHERE creator_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE FUNCTION crm_keep_words_of_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM crm_noteword WHERE note_id = NEW.id;
    INSERT INTO crm_noteword (organization_id, influencer_id, note_id, word)
    SELECT NEW.organization_id, NEW.influencer_id, NEW.id, word FROM crm_text_words(NEW.text) AS word;
    RETURN NULL;
END
$$;
"""


def keep_parts_of(table, column):
    """The triggers of a table whose rows hang on influencers and have a text that these are found by."""
    return f"""
CREATE FUNCTION {table}_keep_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One after the other: who adds a part that stands there already must be seen by who removes it.
    PERFORM FROM crm_influencer WHERE id IN (OLD.influencer_id, NEW.influencer_id) ORDER BY id FOR NO KEY UPDATE;
    IF TG_OP <> 'INSERT' THEN PERFORM crm_remove_parts(OLD.influencer_id); END IF;
    IF TG_OP <> 'DELETE' THEN PERFORM crm_add_parts(NEW.organization_id, NEW.influencer_id, NEW.{column}); END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_parts AFTER INSERT OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keep_parts();
CREATE TRIGGER keep_changed_parts AFTER UPDATE ON {table} FOR EACH ROW
WHEN ((OLD.influencer_id, OLD.{column}) IS DISTINCT FROM (NEW.influencer_id, NEW.{column}))
EXECUTE FUNCTION {table}_keep_parts();
"""


TRIGGERS = (
    keep_parts_of("crm_socialaccount", "handle")
    + keep_parts_of("crm_otheraddress", "email")
    + """
CREATE TRIGGER keep_parts AFTER INSERT ON crm_influencer FOR EACH ROW EXECUTE FUNCTION crm_keep_parts_of_influencer();
CREATE TRIGGER keep_changed_parts AFTER UPDATE ON crm_influencer FOR EACH ROW
WHEN ((OLD.name, OLD.email) IS DISTINCT FROM (NEW.name, NEW.email)) EXECUTE FUNCTION crm_keep_parts_of_influencer();

CREATE TRIGGER keep_bio AFTER INSERT ON crm_socialaccount FOR EACH ROW
WHEN (NEW.creator_id IS NOT NULL) EXECUTE FUNCTION crm_keep_bio_of_account();
CREATE TRIGGER keep_changed_bio AFTER UPDATE ON crm_socialaccount FOR EACH ROW
WHEN ((OLD.creator_id, OLD.influencer_id) IS DISTINCT FROM (NEW.creator_id, NEW.influencer_id))
EXECUTE FUNCTION crm_keep_bio_of_account();
CREATE TRIGGER keep_bio AFTER UPDATE ON tiktok_creator FOR EACH ROW
WHEN (OLD.bio IS DISTINCT FROM NEW.bio) EXECUTE FUNCTION crm_keep_bio_of_creator();

CREATE TRIGGER keep_words AFTER INSERT ON crm_note FOR EACH ROW EXECUTE FUNCTION crm_keep_words_of_note();
CREATE TRIGGER keep_changed_words AFTER UPDATE ON crm_note FOR EACH ROW
WHEN ((OLD.text, OLD.influencer_id) IS DISTINCT FROM (NEW.text, NEW.influencer_id)) EXECUTE FUNCTION crm_keep_words_of_note();
"""
)

# The policies bind the owner, too: each organization's rows are filled in its scope. The key is made again at the end: an
# index that is built takes a fifth of the time of one that grows.
FILL = """
ALTER TABLE crm_searchpart DROP CONSTRAINT crm_searchpart_pkey;
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        INSERT INTO crm_searchpart (organization_id, influencer_id, word)
        SELECT one, person.id, part FROM crm_influencer AS person
        CROSS JOIN LATERAL (
            SELECT part FROM crm_parts(person.name || ' ' || person.email) AS part
            UNION
            SELECT part FROM crm_otheraddress, crm_parts(email) AS part WHERE influencer_id = person.id
            UNION
            SELECT part FROM crm_socialaccount, crm_parts(handle) AS part WHERE influencer_id = person.id
        ) AS parts;
        INSERT INTO crm_bioword (organization_id, influencer_id, account_id, word)
        SELECT one, its.influencer_id, its.id, word
        FROM crm_socialaccount AS its JOIN tiktok_creator AS creator ON creator.id = its.creator_id,
            crm_text_words(creator.bio) AS word
        WHERE creator.bio <> '';
        INSERT INTO crm_noteword (organization_id, influencer_id, note_id, word)
        SELECT one, note.influencer_id, note.id, word FROM crm_note AS note, crm_text_words(note.text) AS word;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
ALTER TABLE crm_searchpart ADD CONSTRAINT crm_searchpart_pkey PRIMARY KEY (organization_id, word, influencer_id);
ANALYZE crm_searchpart, crm_bioword, crm_noteword;
"""
UNDO = """
DROP FUNCTION crm_socialaccount_keep_parts() CASCADE;
DROP FUNCTION crm_otheraddress_keep_parts() CASCADE;
DROP FUNCTION crm_keep_parts_of_influencer() CASCADE;
DROP FUNCTION crm_keep_bio_of_account() CASCADE;
DROP FUNCTION crm_keep_bio_of_creator() CASCADE;
DROP FUNCTION crm_keep_words_of_note() CASCADE;
DROP FUNCTION crm_keep_bio(bigint);
DROP FUNCTION crm_remove_parts(bigint);
DROP FUNCTION crm_add_parts(bigint, bigint, text);
DROP FUNCTION crm_text_words(text);
DROP FUNCTION crm_parts(text);
"""


def key_to(model):
    """A foreign key whose constraint includes the organization (`tenancy.isolation`)."""
    return models.ForeignKey(
        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model
    )


def entries(name, *source):
    """A table of entries that are their own keys; `source`: the column and the model of what they are of."""
    columns = ["organization_id", "word", "influencer_id", *(f"{column}_id" for column, _ in source)]
    key = models.CompositePrimaryKey(*columns, blank=True, editable=False, primary_key=True, serialize=False)
    organization = models.ForeignKey(
        db_constraint=False, db_index=False, default=tenancy.scope.current_organization_id, editable=False,
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenancy.organization",
    )
    return migrations.CreateModel(
        name=name,
        fields=[
            ("pk", key),
            ("organization", organization),
            ("influencer", key_to("crm.influencer")),
            *((column, key_to(model)) for column, model in source),
            ("word", models.CharField(db_collation="C", max_length=60)),
        ],
    )


def sample(model, name):
    few = Exact(CombinedExpression(models.F("influencer_id"), "%%", models.Value(64)), models.Value(0))
    index = models.Index(condition=models.Q(few), fields=["organization", "word"], name=name)
    return migrations.AddIndex(model_name=model, index=index)


class Migration(migrations.Migration):
    dependencies = [("crm", "0006_pasted_accounts"), ("tenancy", "0002_counters")]

    operations = [
        entries("SearchPart"),
        entries("BioWord", ("account", "crm.socialaccount")),
        entries("NoteWord", ("note", "crm.note")),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        sample("searchword", "sample_of_words"),
        sample("searchpart", "sample_of_parts"),
        sample("bioword", "sample_of_bio_words"),
        sample("noteword", "sample_of_note_words"),
    ]
