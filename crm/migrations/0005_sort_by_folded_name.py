from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0004_fill_search_words'),
    ]

    operations = [
        migrations.RemoveField(model_name='influencer', name='search_text'),
        migrations.RemoveIndex(model_name='influencer', name='influencer_by_name'),
        migrations.AddIndex(
            model_name='influencer',
            index=models.Index(fields=['organization', 'sort_name', 'id'], name='influencer_by_sort_name'),
        ),
    ]
