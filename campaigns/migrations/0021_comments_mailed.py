from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    """Comments that were written before creators were told of them are not told of now."""

    dependencies = [("campaigns", "0020_brief_files")]

    operations = [
        migrations.AddField(
            model_name="reviewcomment",
            name="mailed_at",
            field=models.DateTimeField(blank=True, null=True, db_default=Now()),
        ),
        migrations.AlterField(
            model_name="reviewcomment",
            name="mailed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
