"""An index that tells who is archived, too, so that names are read from it alone.

The new one is made before the old one goes: a few seconds for 1,000,000 influencers, which can be read meanwhile and
not be written; the old one is removed in a moment.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0008_orders_by_own_fields")]

    operations = [
        migrations.RenameIndex(
            model_name="influencer", old_name="influencer_by_sort_name", new_name="influencer_by_sort_name_old"
        ),
        migrations.AddIndex(
            model_name="influencer",
            index=models.Index(
                fields=["organization", "sort_name", "id"], include=("archived_at",), name="influencer_by_sort_name"
            ),
        ),
        migrations.RemoveIndex(model_name="influencer", name="influencer_by_sort_name_old"),
    ]
