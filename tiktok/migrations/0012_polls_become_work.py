"""The queue of polls moves to the one queue of the project, `jobs.Work`. What was under way is due again at once."""

from django.db import migrations

COPY = """
INSERT INTO jobs_work (kind, organization_id, subject_id, due_at, attempts, lost_leases, postponed_reason, stopped_reason,
    last_finished_at)
SELECT kind, organization_id, subject_id, due_at, attempts, 0, trouble, stopped_reason, last_finished_at FROM tiktok_poll
"""


class Migration(migrations.Migration):
    dependencies = [("tiktok", "0011_former_handles_of_the_past"), ("jobs", "0001_work")]

    operations = [migrations.RunSQL(COPY, migrations.RunSQL.noop)]
