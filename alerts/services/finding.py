"""Find four times a day what falls behind or comes to its end, and say so once in the stream of events; forget old alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from alerts.models import Alert
from alerts.policies import is_below_plan, is_on_plan
from alerts.queries.findings import endings_not_said, progresses
from alerts.services.reading import READ
from jobs.enums import Lane
from jobs.services.queue import WorkKind, register_kind, wake
from tenancy.enums import Verb
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.services.events import record

FIND = "alerts.find"  # the kind of work; its subject is the organization
EVERY = timedelta(hours=6)
AT_ONCE = 500
KEPT_FOR = timedelta(days=90)


def plan_alerts() -> None:
    """Read every organization's events and look for what nobody makes happen, from now on."""
    for organization in Organization.objects.order_by("pk"):
        with organization_scope(organization):
            wake(READ, organization.pk)
            wake(FIND, organization.pk)


@transaction.atomic
def find_below_plan() -> None:
    """Say of each campaign once that it is below 70 % of what is due by today, and once that it has come back to its plan."""
    for each in progresses(timezone.now().date()):
        if not each.was_below and is_below_plan(each.of_plan, each.passed):
            percent = round(100 * each.of_plan / each.passed)
            record(
                Verb.CAMPAIGN_BELOW_PLAN,
                each.campaign,
                actor=None,
                number=each.number,
                percent=percent,
            )
        elif each.was_below and is_on_plan(each.of_plan, each.passed):
            record(Verb.CAMPAIGN_ON_PLAN, each.campaign, actor=None, number=each.number)


@transaction.atomic
def find_endings() -> bool:
    """Say of each permission once that it ends within thirty days. Returns whether there may be more."""
    accounts = list(endings_not_said(timezone.now())[:AT_ONCE])
    for account in accounts:
        record(Verb.CONNECTION_ENDING, account, actor=None, ends_at=account.ends_at)  # type: ignore[attr-defined]
    return len(accounts) == AT_ONCE


def forget_old() -> bool:
    """Delete alerts that are older than three months. Returns whether there may be more."""
    old = Alert.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).order_by("created_at")
    ids = list(old.values_list("pk", flat=True)[:AT_ONCE])
    Alert.objects.filter(pk__in=ids).delete()
    return len(ids) == AT_ONCE


def _find(organization_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    find_below_plan()
    is_more = any([find_endings(), forget_old()])
    return dict.fromkeys(organization_ids, timedelta(0) if is_more else EVERY)


register_kind(WorkKind(FIND, Lane.BULK, _find))
