"""A signature of Ed25519 is longer than one by the secret alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tiktok", "0020_publishing_consents"),
    ]

    operations = [
        migrations.AlterField(
            model_name="purgereceipt",
            name="signature",
            field=models.CharField(default="", max_length=88),
        ),
    ]
