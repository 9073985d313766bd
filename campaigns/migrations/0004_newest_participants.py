"""The participants of a campaign are listed by an index: the newest first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_count_views_by_their_difference")]

    operations = [
        migrations.AddIndex(
            "participant",
            models.Index(
                fields=["organization", "campaign", "-id"], name="participant_newest_first"
            ),
        )
    ]
