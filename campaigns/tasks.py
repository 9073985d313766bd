"""Pumps of campaigns."""

from __future__ import annotations

from celery import shared_task

from campaigns.services.orders.contact.reminders import plan_reminders
from campaigns.services.results.rolling import plan_rolls


@shared_task(soft_time_limit=60, time_limit=90)
def plan_results() -> None:
    """See that every organization's campaigns are added up."""
    plan_rolls()


@shared_task(soft_time_limit=60, time_limit=90)
def plan_order_reminders() -> None:
    """See that every organization's orders are looked through for reminders and due dates that passed."""
    plan_reminders()
