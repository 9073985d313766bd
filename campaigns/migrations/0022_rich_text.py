"""Briefs and comments that were plain text keep their lines as rich text."""

from django.db import migrations

import ui.richtext

LINES = """
DO $$
DECLARE
    scope text := current_setting('app.organization', true);
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', one::text, true);
        UPDATE campaigns_campaign
        SET brief = '<div>' || regexp_replace(
            replace(replace(replace(btrim(brief, E' \\r\\n\\t'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), E'\\r\\n?|\\n', '<br>', 'g'
        ) || '</div>'
        WHERE organization_id = one AND brief <> '';
        UPDATE campaigns_report
        SET comment = '<div>' || regexp_replace(
            replace(replace(replace(btrim(comment, E' \\r\\n\\t'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), E'\\r\\n?|\\n', '<br>', 'g'
        ) || '</div>'
        WHERE organization_id = one AND comment <> '';
    END LOOP;
    PERFORM set_config('app.organization', coalesce(scope, ''), true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0021_comments_mailed")]

    operations = [
        migrations.AlterField(
            "campaign", "brief", ui.richtext.RichTextField(blank=True, default="", db_default="")
        ),
        migrations.AlterField("report", "comment", ui.richtext.RichTextField(blank=True)),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
    ]
