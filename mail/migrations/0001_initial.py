import django.db.models.deletion
import django.utils.timezone
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

from tenancy.initial import InitialMigration


class Migration(InitialMigration):

    dependencies = [
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('bounced_at', models.DateTimeField(blank=True, null=True)),
                ('complained_at', models.DateTimeField(blank=True, null=True)),
                ('unsubscribed_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organization', 'address'), name='address_unique_per_organization')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('template', models.CharField(max_length=60)),
                ('intent', models.CharField(max_length=200)),
                ('repeat', models.PositiveIntegerField(default=1)),
                ('recipient', models.EmailField(max_length=254)),
                ('subject', models.CharField(max_length=250)),
                ('html', models.TextField()),
                ('text', models.TextField()),
                ('sender_name', models.CharField(blank=True, max_length=120)),
                ('reply_to', models.EmailField(blank=True, max_length=254)),
                ('is_bulk', models.BooleanField(default=False)),
                ('is_secret', models.BooleanField(default=False)),
                ('message_id', models.CharField(max_length=200, unique=True)),
                ('provider_id', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('delivered', 'Delivered'), ('failed', 'Failed'), ('bounced', 'Bounced'), ('complained', 'Marked as spam')], default='queued', max_length=10)),
                ('reason', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.organization')),
                ('person', models.ForeignKey(default=tenancy.scope.current_person_id, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-id'], name='message_newest_first'), models.Index(fields=['organization', 'recipient'], name='message_by_recipient')],
                'constraints': [models.UniqueConstraint(fields=('organization', 'person', 'intent', 'repeat'), name='message_unique_per_owner_and_intent', nulls_distinct=False)],
            },
        ),
    ]
