from django.db import migrations, models

RENAMED = "ALTER INDEX one_standing_consent_per_creator RENAME TO one_active_consent_per_creator"
BACK = "ALTER INDEX one_active_consent_per_creator RENAME TO one_standing_consent_per_creator"


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0016_deliveries_are_no_queue")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(RENAMED, BACK)],
            state_operations=[
                migrations.RemoveConstraint("consent", "one_standing_consent_per_creator"),
                migrations.AddConstraint(
                    "consent",
                    models.UniqueConstraint(
                        fields=["organization", "creator"],
                        condition=models.Q(withdrawn_at=None),
                        name="one_active_consent_per_creator",
                    ),
                ),
            ],
        ),
    ]
