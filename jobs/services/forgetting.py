"""Forgetting whom the outcomes of jobs name."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from jobs.models import Job


@transaction.atomic
def forget_links(*parts: Any) -> None:
    """Take the links that hold all these parts (address, label, ids) out of the outcomes of jobs in scope. Counts stay."""
    naming = Job.objects.filter(outcome__contains=[{"links": [list(parts)]}])
    for job in naming.select_for_update():
        for row in job.outcome:
            row["links"] = [link for link in row["links"] if not set(parts) <= set(link)]
        job.save(update_fields=["outcome"])
