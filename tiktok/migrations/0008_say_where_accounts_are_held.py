"""In which organizations the webhooks' pump looks for an account, begun with the accounts that stand already."""

import django.db.models.deletion
from django.db import migrations, models

# Row-level security holds the owner, too: each organization's accounts show in its own scope only.
FILL = """
DO $$
DECLARE organization bigint;
BEGIN
    FOR organization IN SELECT id FROM tenancy_organization LOOP
        PERFORM set_config('app.organization', organization::text, true);
        INSERT INTO tiktok_accountholder (tiktok_account_id, organization_id)
        SELECT tiktok_account_id, organization_id FROM tiktok_marketplaceaccount WHERE organization_id = organization;
    END LOOP;
    PERFORM set_config('app.organization', '', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0007_check_standing_marketplace_accounts")]

    operations = [
        migrations.CreateModel(
            name="AccountHolder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tiktok_account_id", models.CharField(max_length=40)),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenancy.organization",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tiktok_account_id", "organization"), name="account_holder_unique"
                    )
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
