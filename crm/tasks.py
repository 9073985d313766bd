"""Pumps of the CRM."""

from __future__ import annotations

from celery import shared_task

from crm.services.merging import finding


@shared_task(soft_time_limit=60, time_limit=90)
def plan_duplicate_checks() -> None:
    """See that every organization's influencers are compared once a day."""
    finding.plan_checks()
