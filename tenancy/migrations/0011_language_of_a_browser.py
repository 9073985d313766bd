from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0010_changes_found_by_id'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='browser_language',
            field=models.CharField(blank=True, db_default='', default='', max_length=10),
        ),
    ]
