from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0005_counts")]

    operations = [
        migrations.AddField(
            model_name="import",
            name="is_pasted",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Lines that a person pasted, an account in each; the table is our own.",
            ),
        ),
    ]
