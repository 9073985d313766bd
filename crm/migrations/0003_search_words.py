import django.db.models.deletion
import tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('crm', '0002_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='influencer',
            name='sort_name',
            field=models.CharField(db_collation='C', default='', editable=False, max_length=200),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(db_collation='C', max_length=60)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='search_words', to='crm.socialaccount')),
                ('influencer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='search_words', to='crm.influencer')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'indexes': [
                    models.Index(fields=['organization', 'word', 'influencer'], name='influencer_by_word'),
                    models.Index(fields=['influencer', 'word', 'organization'], name='words_of_influencer'),
                ],
            },
        ),
    ]
