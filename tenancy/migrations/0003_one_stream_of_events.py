import django.db.models.deletion
import django.db.models.functions.comparison
import tenancy.enums
import tenancy.scope
from django.conf import settings
from django.db import migrations, models

OBJECT_ID = """
ALTER TABLE tenancy_event ALTER COLUMN object_id
TYPE bigint USING CASE WHEN object_id ~ '^[0-9]{1,18}$' THEN object_id::bigint ELSE 0 END;
DO $$ BEGIN
    ALTER TABLE tenancy_event RENAME CONSTRAINT tenancy_auditevent_organization_id_id TO tenancy_event_organization_id_id;
EXCEPTION WHEN undefined_object THEN NULL;  -- a new installation: made after the last migration
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0002_influencer_login'),
    ]

    operations = [
        migrations.RenameModel('AuditEvent', 'Event'),
        migrations.RemoveIndex(model_name='event', name='audit_newest_first'),
        migrations.RunSQL(
            OBJECT_ID,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AlterField(model_name='event', name='object_id', field=models.BigIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name='event',
            name='actor',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='event',
            name='verb',
            field=models.CharField(choices=tenancy.enums.verbs, max_length=60),
        ),
        migrations.AddField(
            model_name='event',
            name='transaction_id',
            field=models.BigIntegerField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.Cast(models.Func(function='pg_current_xact_id', output_field=models.TextField()), models.TextField()), models.BigIntegerField()), editable=False),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['organization', 'transaction_id', 'id'], name='event_stream'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['organization', 'object_type', 'object_id', '-id'], name='event_timeline'),
        ),
        migrations.CreateModel(
            name='EventText',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='text', serialize=False, to='tenancy.event')),
                ('label', models.CharField(blank=True, max_length=200)),
                ('detail', models.JSONField(blank=True, default=dict)),
                ('organization', models.ForeignKey(default=tenancy.scope.current_organization_id, editable=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.organization')),
            ],
            options={
                'abstract': False,
            },
        ),
    ]
