from django.db import migrations, models

RENAMED = "ALTER TABLE campaigns_post RENAME CONSTRAINT post_stands_once_in_campaign TO post_once_in_campaign"
BACK = "ALTER TABLE campaigns_post RENAME CONSTRAINT post_once_in_campaign TO post_stands_once_in_campaign"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_remember_lost_answers")]

    operations = [
        migrations.RenameField("post", "stands_since", "published_since"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(RENAMED, BACK)],
            state_operations=[
                migrations.RemoveConstraint("post", "post_stands_once_in_campaign"),
                migrations.AddConstraint(
                    "post",
                    models.UniqueConstraint(
                        fields=["campaign", "network", "network_post_id"], name="post_once_in_campaign"
                    ),
                ),
            ],
        ),
    ]
