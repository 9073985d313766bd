"""Keep the sums of campaigns: a due job of each organization adds up what has grown, campaign by campaign.

Nothing waits for it, and no writer of posts or numbers knows of it: what kept counters say of a campaign is compared with what
they said when it was added up. Readings are read where the posts of an account have changed alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from campaigns.models import Campaign, CampaignResult
from campaigns.policies.campaigns import GOAL_NUMBERS
from campaigns.services.results import statements
from jobs.enums import Lane
from jobs.services.queue import WorkKind, make_due, register_kind, wake
from tenancy.models import Organization
from tenancy.queries.counters import counted
from tenancy.scope import organization_scope, required_organization_id

ROLL = "campaigns.results"  # the kind of work; its subject is the organization
ROLL_NETWORKS = "campaigns.network_results"  # its subjects are campaigns
CADENCE = timedelta(minutes=10)
AT_LEAST_EVERY = timedelta(hours=1)  # likes grow where views do not
SLICE_ACCOUNTS = 500
MOST_SLICES = 100  # each looks through all posts of the campaign
SLICE_SECONDS = 1.5
CAMPAIGNS_AT_ONCE = 50


def due_campaigns(now: datetime) -> QuerySet[Any]:
    """Campaigns with posts, now or before, whose sums are not those of today."""
    totals = CampaignResult.objects.filter(campaign=OuterRef("pk"), account=None)
    names = ("posts_print", "counted_posts", "counted_views", "ranked_by", "rolled_at")
    of_totals = {f"then_{name}": Subquery(totals.values(name)[:1]) for name in names}
    rows = _with_counters(Campaign.objects.annotate(**of_totals))
    is_new = Q(then_rolled_at=None) & (Q(now_posts__gt=0) | Q(then_counted_posts__isnull=False))
    is_old = Q(then_rolled_at__lt=now - AT_LEAST_EVERY, now_posts__gt=0)
    is_other = Q(then_rolled_at__isnull=False) & (
        Q(then_posts_print=None)
        | ~Q(then_counted_posts=F("now_posts"))
        | ~Q(then_counted_views=F("now_views"))
        | ~Q(then_ranked_by=F("goal"))
    )
    return rows.filter(is_new | is_old | is_other).order_by(
        F("then_rolled_at").asc(nulls_first=True), "pk"
    )


def _with_counters(campaigns: QuerySet[Any]) -> QuerySet[Any]:
    return campaigns.annotate(now_posts=counted("posts"), now_views=counted("views"))


@transaction.atomic
def roll_campaign(campaign: Any) -> bool:
    """Add up one campaign with its counters. Returns whether all of it is added up, or many accounts are left."""
    CampaignResult.objects.bulk_create([CampaignResult(campaign=campaign)], ignore_conflicts=True)
    whole = CampaignResult.objects.select_for_update().get(campaign=campaign, account=None)
    with connection.cursor() as cursor:
        of_campaign = {"campaign": campaign.pk}
        cursor.execute(statements.NOW, of_campaign)
        most = max(SLICE_ACCOUNTS, campaign.now_posts // MOST_SLICES)
        cursor.execute(statements.STALE, [campaign.pk, most])
        is_whole = cursor.rowcount < most
        for each in (statements.CHANGE, *statements.FORGET):
            cursor.execute(each, [campaign.pk])
        cursor.execute(statements.ANEW, of_campaign)
        cursor.execute(statements.GROWN)
        is_anew = whole.posts_print is None
        for each in statements.TOTALS_ANEW if is_anew else statements.ADD_DAYS:
            cursor.execute(each, [campaign.pk])
        cursor.execute(statements.TOTAL, [campaign.pk, whole.pk])
        cursor.execute(statements.RANK[GOAL_NUMBERS[campaign.goal][0]], [campaign.pk])
        cursor.execute("DROP TABLE now, stale, change")
    CampaignResult.objects.filter(pk=whole.pk).update(
        posts_print=0,
        rolled_at=timezone.now() if is_whole else None,
        counted_posts=campaign.now_posts,
        counted_views=campaign.now_views,
        ranked_by=campaign.goal,
    )
    return is_whole


def roll_due() -> bool:
    """Add up due campaigns of the organization in scope for about a second. Returns whether more are due."""
    ends_at = time.monotonic() + SLICE_SECONDS
    for campaign in due_campaigns(timezone.now())[:CAMPAIGNS_AT_ONCE]:
        is_whole = roll_campaign(campaign)
        if not is_whole or time.monotonic() >= ends_at:
            break
    return due_campaigns(timezone.now()).exists()


def _roll(organization_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    return dict.fromkeys(organization_ids, timedelta(0)) if roll_due() else {}


register_kind(WorkKind(ROLL, Lane.BULK, _roll, cadence=CADENCE))


def _roll_networks(campaign_ids: Sequence[int]) -> Mapping[int, timedelta | None]:
    campaigns = _with_counters(Campaign.objects.filter(pk__in=campaign_ids))
    rest = [each.pk for each in campaigns if not roll_campaign(each)]
    return dict.fromkeys(campaign_ids) | dict.fromkeys(rest, timedelta(0))


register_kind(WorkKind(ROLL_NETWORKS, Lane.BULK, _roll_networks))


def roll_networks(campaign_ids: Iterable[int]) -> None:
    """Let campaigns be added up whose posts of other networks, or their numbers, are others now: no counter tells of these."""
    make_due(ROLL_NETWORKS, *campaign_ids)


def roll_soon() -> None:
    """Let the organization in scope be added up as soon as possible."""
    make_due(ROLL, required_organization_id())


def add_up_anew(account_ids: Iterable[int]) -> None:
    """Let all that is kept of these accounts be made from what is known of them now: some of it has gone."""
    of_accounts = CampaignResult.objects.filter(account__in=list(account_ids))
    campaigns = list(of_accounts.values_list("campaign", flat=True))
    if not campaigns:
        return
    of_accounts.update(posts_print=None)
    CampaignResult.objects.filter(campaign__in=campaigns, account=None).update(posts_print=None)
    roll_soon()


def plan_rolls() -> None:
    """Let the campaigns of every organization be added up from now on."""
    for organization in Organization.objects.order_by("pk"):
        with organization_scope(organization):
            wake(ROLL, organization.pk)
