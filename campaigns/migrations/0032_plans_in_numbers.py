"""A plan keeps its numbers beside its facts, so that no page reads the ids of a million accounts."""

from django.db import migrations, models

# As `campaigns.policies.migration.summary_of`.
NUMBERS = """
ALTER TABLE campaigns_migrationplan NO FORCE ROW LEVEL SECURITY;
UPDATE campaigns_migrationplan SET summary = jsonb_build_object(
    'accounts', (SELECT jsonb_object_agg(key, jsonb_array_length(value)) FROM jsonb_each(facts->'accounts')),
    'posts', (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(facts->'campaigns')),
    'campaigns', (SELECT count(*) FROM jsonb_object_keys(facts->'campaigns')),
    'kept_posts', facts->'kept_posts',
    'lines', facts->'lines'
);
ALTER TABLE campaigns_migrationplan FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0031_publications"),
    ]

    operations = [
        migrations.AddField(
            model_name="migrationplan",
            name="summary",
            field=models.JSONField(default=dict),
        ),
        migrations.RunSQL(NUMBERS, migrations.RunSQL.noop),
    ]
