from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0033_display_names_searched'),
    ]

    operations = [
        migrations.AddField(
            model_name='import',
            name='rows_above',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
