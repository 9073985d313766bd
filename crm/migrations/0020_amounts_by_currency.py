"""An index by which the list is sorted by an amount: within its currency."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0019_what_was_deleted")]

    operations = [
        migrations.AddIndex(
            model_name="customvalue",
            index=models.Index(
                condition=models.Q(("currency__gt", "")),
                fields=["field", "currency", "sort_number", "influencer"],
                name="custom_value_by_amount",
            ),
        ),
    ]
