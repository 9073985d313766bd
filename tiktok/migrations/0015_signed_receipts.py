"""Receipts of purges have a number, facts and a signature. Those of before get a number, and say that they are unsigned."""

import django.utils.timezone
from django.db import migrations, models


NUMBER = """
ALTER TABLE tiktok_purgereceipt NO FORCE ROW LEVEL SECURITY;
UPDATE tiktok_purgereceipt SET number = format('P-%s-%s', to_char(issued_at, 'YYYY-MM-DD'), id) WHERE number = '';
ALTER TABLE tiktok_purgereceipt FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0009_language_of_a_person'),
        ('tiktok', '0014_kept_profiles'),
    ]

    operations = [
        migrations.AddField(
            model_name='purgereceipt',
            name='facts',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='purgereceipt',
            name='number',
            field=models.CharField(default='', max_length=24),
        ),
        migrations.AddField(
            model_name='purgereceipt',
            name='signature',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='purgereceipt',
            name='issued_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunSQL(NUMBER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='purgereceipt',
            constraint=models.UniqueConstraint(fields=('organization', 'number'), name='purge_receipt_once_per_number'),
        ),
    ]
