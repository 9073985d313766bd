"""Indexes by which people are found by their e-mail, and what an import has left out by whom it names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0016_filters_by_country_and_language")]

    operations = [
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(
                fields=["organization"],
                condition=models.Q(influencer=None, fate__in=["error", "duplicate"]),
                name="import_row_about_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="influencer",
            index=models.Index(
                fields=["organization", "email"],
                condition=~models.Q(email=""),
                name="influencer_by_email",
            ),
        ),
    ]
