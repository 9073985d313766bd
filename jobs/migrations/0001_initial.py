import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

from tenancy.initial import InitialMigration


class Migration(InitialMigration):
    replaces = [("jobs", "0003_one_job_per_wish")]

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='waiting', max_length=10)),
                ('params', models.JSONField(default=dict)),
                ('cursor', models.JSONField(default=int)),
                ('done_count', models.PositiveIntegerField(default=0)),
                ('total_count', models.PositiveIntegerField(default=0)),
                ('outcome', models.JSONField(default=list)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('cancel_requested_at', models.DateTimeField(blank=True, null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('person', models.ForeignKey(default=tenancy.scope.current_person_id, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-id'], name='job_newest_first')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('organization', 0), django.db.models.functions.comparison.Coalesce('person', 0), django.db.models.functions.comparison.Coalesce('actor', 0), models.F('kind'), django.db.models.functions.text.MD5(django.db.models.functions.comparison.Cast('params', models.TextField())), condition=models.Q(('cancel_requested_at', None), ('finished_at', None)), name='job_unfinished_once_per_wish')],
            },
        ),
        migrations.CreateModel(
            name='Work',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('subject_id', models.BigIntegerField()),
                ('due_at', models.DateTimeField()),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('available_at', models.GeneratedField(db_persist=True, expression=django.db.models.functions.comparison.Greatest('due_at', 'lease_until'), output_field=models.DateTimeField())),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('lost_leases', models.PositiveIntegerField(default=0)),
                ('postponed_reason', models.CharField(blank=True, max_length=40)),
                ('stopped_reason', models.CharField(blank=True, max_length=200)),
                ('last_finished_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'work',
                'indexes': [models.Index(django.db.models.functions.comparison.Coalesce('organization', 0), models.F('kind'), models.F('available_at'), condition=models.Q(('lost_leases__lt', 3), ('stopped_reason', '')), name='work_due_by_owner_and_kind'), models.Index(condition=models.Q(('lost_leases__gte', 3), ('stopped_reason', '')), fields=['available_at'], name='work_to_be_tried_alone')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'organization', 'person', 'subject_id'), name='work_unique_per_subject', nulls_distinct=False)],
            },
        ),
    ]
