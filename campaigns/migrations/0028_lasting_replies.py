"""Replies that creators took back hold no longer; "cannot" and "no reminders" that the team had settled hold on."""

from django.db import migrations, models

LIFT = """
DO $$
DECLARE
    scope text := current_setting('app.organization', true);
    one bigint;
BEGIN
    FOR one IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', one::text, true);
        UPDATE campaigns_orderreply SET lifted_at = settled_at
        WHERE organization_id = one AND kind IN ('cannot', 'quiet') AND settled_at IS NOT NULL AND settled_by_id IS NULL;
    END LOOP;
    PERFORM set_config('app.organization', coalesce(scope, ''), true);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0027_legacy_remarks")]

    operations = [
        migrations.AddField(
            model_name="orderreply",
            name="lifted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunSQL(LIFT, migrations.RunSQL.noop),
    ]
