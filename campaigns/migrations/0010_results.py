"""Two tables of sums keep the results of campaigns, now and day by day."""

import django.db.models.deletion
import tenancy.scope
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0009_post_layouts'),
        ('crm', '0016_filters_by_country_and_language'),
        ('tenancy', '0008_openings'),
    ]

    operations = [
        migrations.CreateModel(
            name='CampaignDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posts', models.IntegerField(db_default=0, default=0)),
                ('creators', models.IntegerField(db_default=0, default=0)),
                ('known', models.IntegerField(db_default=0, default=0)),
                ('views', models.BigIntegerField(db_default=0, default=0)),
                ('likes', models.BigIntegerField(db_default=0, default=0)),
                ('comments', models.BigIntegerField(db_default=0, default=0)),
                ('shares', models.BigIntegerField(db_default=0, default=0)),
                ('reported', models.IntegerField(db_default=0, default=0)),
                ('reach', models.BigIntegerField(db_default=0, default=0)),
                ('rated_views', models.BigIntegerField(db_default=0, default=0)),
                ('completed_views', models.FloatField(db_default=0, default=0)),
                ('played_views', models.BigIntegerField(db_default=0, default=0)),
                ('played_seconds', models.FloatField(db_default=0, default=0)),
                ('day', models.DateField()),
                ('accounts_read', models.IntegerField(db_default=0, default=0)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.socialaccount')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.campaign')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('campaign', 'account', 'day'), name='campaign_day_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='CampaignResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('posts', models.IntegerField(db_default=0, default=0)),
                ('creators', models.IntegerField(db_default=0, default=0)),
                ('known', models.IntegerField(db_default=0, default=0)),
                ('views', models.BigIntegerField(db_default=0, default=0)),
                ('likes', models.BigIntegerField(db_default=0, default=0)),
                ('comments', models.BigIntegerField(db_default=0, default=0)),
                ('shares', models.BigIntegerField(db_default=0, default=0)),
                ('reported', models.IntegerField(db_default=0, default=0)),
                ('reach', models.BigIntegerField(db_default=0, default=0)),
                ('rated_views', models.BigIntegerField(db_default=0, default=0)),
                ('completed_views', models.FloatField(db_default=0, default=0)),
                ('played_views', models.BigIntegerField(db_default=0, default=0)),
                ('played_seconds', models.FloatField(db_default=0, default=0)),
                ('posts_print', models.BigIntegerField(null=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('rolled_at', models.DateTimeField(null=True)),
                ('score', models.FloatField(null=True)),
                ('counted_posts', models.BigIntegerField(null=True)),
                ('counted_views', models.BigIntegerField(null=True)),
                ('ranked_by', models.CharField(blank=True, db_default='', default='', max_length=20)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.socialaccount')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.campaign')),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'indexes': [models.Index(models.F('organization'), models.F('campaign'), models.OrderBy(models.F('score'), descending=True, nulls_last=True), models.F('id'), name='campaign_result_ranked')],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'account'), name='campaign_result_once', nulls_distinct=False)],
            },
        ),
    ]
