"""Pumps of alerts."""

from __future__ import annotations

from celery import shared_task

from alerts.services import finding


@shared_task(soft_time_limit=60, time_limit=90)
def plan_alerts() -> None:
    """See that every organization's events are read."""
    finding.plan_alerts()
