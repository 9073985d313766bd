"""Turn webhooks that nobody has worked on yet into work of the one queue."""

from django.db import migrations

COPY = """
INSERT INTO jobs_work (kind, subject_id, due_at, attempts, lost_leases, postponed_reason, stopped_reason)
SELECT 'webhook_delivery', id, due_at, attempts, 0, '',
    CASE WHEN attempts >= 10 THEN 'Given up after 10 attempts.' ELSE '' END
FROM tiktok_webhookdelivery WHERE processed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0014_say_what_could_not_be_read"), ("jobs", "0001_work")]

    operations = [migrations.RunSQL(COPY, migrations.RunSQL.noop)]
