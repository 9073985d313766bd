from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0022_days_for_good")]

    operations = [
        migrations.AddField(
            model_name="connectattempt",
            name="sealed_code",
            field=models.TextField(blank=True, default="", editable=False),
        )
    ]
