"""The daily check of each live grant becomes work of the one queue."""

from django.db import migrations

COPY = """
INSERT INTO jobs_work (kind, subject_id, due_at, attempts, lost_leases, postponed_reason, stopped_reason)
SELECT 'grant', id, check_due_at, 0, 0, '', '' FROM tiktok_connection WHERE state IN ('active', 'expiring')
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0017_name_the_active_consent"), ("jobs", "0001_work")]

    operations = [
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.RemoveField("connection", "check_due_at"),
    ]
