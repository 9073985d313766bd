"""Indexes by which a filter by a country or language that few have finds them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0015_counts_without_archived")]

    operations = [
        migrations.AddIndex(
            model_name="influencer",
            index=models.Index(fields=["organization", name, "id"], name=f"influencer_by_{name}"),
        )
        for name in ("country", "language")
    ]
