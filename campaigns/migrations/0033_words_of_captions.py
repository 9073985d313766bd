"""The words of captions that posts in campaigns are found by (decision 0010).

Fills in what is there, one organization after the other, in one transaction. Until it ends, posts can be read and not be
written.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.expressions import CombinedExpression
from django.db.models.lookups import Exact

import tenancy.scope

MOST_WORDS = 100

# What stands between words: blanks, signs, emojis. As `campaigns.models.captions`.
BETWEEN = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u02b9-\u02cb\u058a\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f"
    r"\u06d4\u1400\u1680\u1806\u2000-\u200a\u2010-\u2bff\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u30a0\u30fb\ua78c\ufe30-\ufe6f"
    r"\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\U0001f000-\U0001faff"
)
# Letters of scripts that put no spaces between words, as the migration `search_parts_and_texts` of `crm` has them.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1100-\u115f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3400-\u9fff"
    r"\U00020000-\U0003ffff"
)

WORDS = f"""
-- The words of a caption, the first {MOST_WORDS} different ones. In scripts without spaces one begins with each letter. Cut first and
-- folded then: to fold a whole caption with a single emoji takes longer than all the rest.
CREATE FUNCTION campaigns_caption_words(text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT left(substr(word, start), 60)
FROM regexp_split_to_table($1, '[{BETWEEN}]+') WITH ORDINALITY AS part(spelled, place),
    -- OFFSET 0 keeps the fold from being made again for each letter.
    LATERAL (SELECT crm_folded(spelled) AS word OFFSET 0) AS its,
    generate_series(1, char_length(word)) AS start
WHERE start = 1 OR (octet_length(word) > char_length(word) AND substr(word, start, 1) ~ '[{UNSPACED}]')
GROUP BY 1 ORDER BY min(place), min(start) LIMIT {MOST_WORDS}
$$;
"""
# The table of what has a place in a campaign, with its words and their column; where its caption stands, and how it is found there.
KEPT = (
    ("campaigns_post", "campaigns_postword", "post_id", "tiktok_video", "video_id"),
    ("campaigns_postplace", "campaigns_placeword", "place_id", "campaigns_networkpost", "post_id"),
)


def keep_words(place, words, subject, source, link):
    return f"""
CREATE FUNCTION {place}_keep_words() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    DELETE FROM {words} WHERE {subject} = NEW.id;
    INSERT INTO {words} (organization_id, {subject}, word)
    SELECT NEW.organization_id, NEW.id, word FROM {source} AS source, campaigns_caption_words(source.caption) AS word
    WHERE source.id = NEW.{link};
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_words AFTER INSERT ON {place} FOR EACH ROW EXECUTE FUNCTION {place}_keep_words();
CREATE TRIGGER keep_changed_words AFTER UPDATE OF {link} ON {place} FOR EACH ROW
WHEN (OLD.{link} IS DISTINCT FROM NEW.{link}) EXECUTE FUNCTION {place}_keep_words();

CREATE FUNCTION {source}_keep_words() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    DELETE FROM {words} USING {place} AS place WHERE place.{link} = NEW.id AND {subject} = place.id;
    INSERT INTO {words} (organization_id, {subject}, word)
    SELECT place.organization_id, place.id, word FROM {place} AS place, campaigns_caption_words(NEW.caption) AS word
    WHERE place.{link} = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER keep_words AFTER UPDATE OF caption ON {source} FOR EACH ROW
WHEN (OLD.caption IS DISTINCT FROM NEW.caption) EXECUTE FUNCTION {source}_keep_words();
"""


def fill(place, words, subject, source, link):
    return f"""
        INSERT INTO {words} (organization_id, {subject}, word)
        SELECT one, place.id, word
        FROM {place} AS place JOIN {source} AS source ON source.id = place.{link}, campaigns_caption_words(source.caption) AS word;"""


# The policies bind the owner, too: each organization's rows are filled in its scope. The keys are made again at the end: an
# index that is built takes a fifth of the time of one that grows.
FILL = (
    "".join(f"ALTER TABLE {words} DROP CONSTRAINT {words}_pkey;\n" for _, words, *_ in KEPT)
    + f"""
DO $$
DECLARE
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization ORDER BY id LOOP
        PERFORM set_config('app.organization', one::text, true);
        {"".join(fill(*each) for each in KEPT)}
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END
$$;
"""
    + "".join(
        f"ALTER TABLE {words} ADD CONSTRAINT {words}_pkey PRIMARY KEY (organization_id, word, {subject});\n"
        f"ANALYZE {words};\n"
        for _, words, subject, *_ in KEPT
    )
)
UNDO = "".join(
    f"DROP FUNCTION {table}_keep_words() CASCADE;\n" for place, _, _, source, _ in KEPT for table in (place, source)
) + "DROP FUNCTION campaigns_caption_words(text);"


def entries(name, subject, model):
    """A table of entries that are their own keys."""
    key = models.CompositePrimaryKey(
        "organization_id", "word", f"{subject}_id", blank=True, editable=False, primary_key=True, serialize=False
    )
    organization = models.ForeignKey(
        db_constraint=False, db_index=False, default=tenancy.scope.current_organization_id, editable=False,
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenancy.organization",
    )
    of = models.ForeignKey(
        db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=model
    )
    word = models.CharField(db_collation="C", max_length=60)
    fields = [("pk", key), ("organization", organization), (subject, of), ("word", word)]
    return migrations.CreateModel(name=name, fields=fields)


def sample(model, subject, name):
    few = Exact(CombinedExpression(models.F(subject), "%%", models.Value(64)), models.Value(0))
    index = models.Index(condition=models.Q(few), fields=["organization", "word"], name=name)
    return migrations.AddIndex(model_name=model, index=index)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0032_plans_in_numbers"),
        ("crm", "0034_rows_above_the_header"),
        ("tiktok", "0021_signatures_anyone_can_check"),
    ]

    operations = [
        entries("PostWord", "post", "campaigns.post"),
        entries("PlaceWord", "place", "campaigns.postplace"),
        migrations.RunSQL(WORDS + "".join(keep_words(*each) for each in KEPT), UNDO),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        sample("postword", "post_id", "sample_of_post_words"),
        sample("placeword", "place_id", "sample_of_place_words"),
        migrations.AddIndex(
            model_name="postplace",
            index=models.Index(
                fields=["organization", "-published_at", "-id"], name="place_newest_of_organization"
            ),
        ),
    ]
