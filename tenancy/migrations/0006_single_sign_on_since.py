from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0005_submissions'),
    ]

    operations = [
        migrations.AddField(
            model_name='organization',
            name='single_sign_on_since',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='formermember',
            name='subject',
            field=models.CharField(blank=True, db_default='', default='', max_length=191),
        ),
        # Only who has proven a domain can have it on; whoever has it off is given the moment anew when it is turned on.
        migrations.RunSQL(
            'UPDATE tenancy_organization SET single_sign_on_since = now() WHERE id IN'
            ' (SELECT organization_id FROM tenancy_signondomain WHERE proven_at IS NOT NULL)',
            migrations.RunSQL.noop,
        ),
    ]
