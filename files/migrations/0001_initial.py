import django.db.models.deletion
import django.utils.timezone
import tenancy.scope
import uuid
from django.conf import settings
from django.db import migrations, models

from tenancy.initial import InitialMigration


class Migration(InitialMigration):

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('organization_logo', "Organization's logo"), ('influencer_import', 'Import of influencers'), ('group_logo', "Group's logo"), ('influencer_export', 'Export of influencers'), ('influencer_file', 'File of an influencer')], max_length=40)),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=200)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField(help_text='Bytes')),
                ('sha256', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('person', models.ForeignKey(default=tenancy.scope.current_person_id, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'organization_logo'), ('removed_at', None)), fields=('organization',), name='file_one_logo_per_organization')],
            },
        ),
    ]
