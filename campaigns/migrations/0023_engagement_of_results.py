"""Engagement is added up of the posts that the availability matrix shows it of; all sums are made anew."""

from django.db import migrations, models

ANEW = """
DO $$
DECLARE
    scope text := current_setting('app.organization', true);
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', one::text, true);
        UPDATE campaigns_campaignresult SET posts_print = NULL WHERE organization_id = one;
    END LOOP;
    PERFORM set_config('app.organization', coalesce(scope, ''), true);
END
$$;
"""
COLUMNS = {
    "engaged": models.IntegerField(default=0, db_default=0),
    "engagements": models.BigIntegerField(default=0, db_default=0),
    "engaged_views": models.BigIntegerField(default=0, db_default=0),
}


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0022_rich_text")]

    operations = [
        *(
            migrations.AddField(model, name, field)
            for model in ("campaignday", "campaignresult")
            for name, field in COLUMNS.items()
        ),
        migrations.RunSQL(ANEW, migrations.RunSQL.noop),
    ]
