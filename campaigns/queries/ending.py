"""Permissions of creators that end soon, and what hangs on each."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from campaigns.enums import CampaignState
from campaigns.models import Order, Participant
from campaigns.policies.orders import OPEN_STATES
from campaigns.queries.filters import latest_campaigns
from crm.models import Influencer, SocialAccount
from crm.policies.filters import read_filters
from crm.queries.accounts import with_end
from crm.queries.fields import between, moments, rules
from tenancy.enums import Verb
from tenancy.models import Event
from tiktok.enums import LIVE_CONNECTION_STATES
from tiktok.models import Creator
from ui.paging import KeysetPage, keyset_page

DAYS = (30, 60, 90)
MOST_COUNTED = 1_000
GRANT = "grant"


def ends_within(days: int) -> str:
    """The filter of the list that keeps the influencers whose grant ends within so many days."""
    return f"grant:today..+{days}d"


def ending_accounts(days: int) -> models.QuerySet[SocialAccount]:
    """The accounts whose grant ends within so many days, each with the time as `ends_at`; of influencers in the list.

    The condition is that of the list's filter, so that the page and what is done for all of it are about the same.
    """
    (condition,) = read_filters([ends_within(days)], {GRANT: rules()[GRANT].field}).conditions
    creators = Creator.objects.filter(
        between("grant_ends_at", moments(condition)), grant_state__in=LIVE_CONNECTION_STATES
    )
    rows = SocialAccount.objects.filter(influencer__archived_at=None, creator__in=creators)
    return rows.annotate(ends_at=F("creator__grant_ends_at"))


def ending_count(days: int) -> int:
    """How many influencers in the list have a grant that ends within so many days; of very many one more than `MOST_COUNTED`."""
    now = timezone.now()
    rows = Influencer.objects.filter(
        archived_at=None, grant_ends_at__gt=now, grant_ends_at__lte=now + timedelta(days=days)
    )
    return rows[: MOST_COUNTED + 1].count()


def ending_page(days: int, cursor: str) -> KeysetPage[SocialAccount]:
    """A page of them, the soonest first, with their influencer, what hangs on the account, and when they were asked."""
    return keyset_page(ending_accounts(days), "ends_at", "id", facts=_with_load, cursor=cursor)


def _with_load(rows: models.QuerySet[SocialAccount]) -> models.QuerySet[SocialAccount]:
    running = Participant.objects.filter(
        account=OuterRef("pk"), campaign__state=CampaignState.ACTIVE
    )
    orders = Order.objects.filter(account=OuterRef("pk"), state__in=OPEN_STATES)
    asked = Event.objects.filter(
        object_type=Influencer._meta.label_lower,
        object_id=OuterRef("influencer"),
        verb=Verb.INFLUENCER_ASKED_TO_CONNECT,
    )
    return (
        with_end(rows)
        .select_related("influencer")
        .annotate(
            campaigns=latest_campaigns(running, fee="fee", currency="campaign__currency"),
            order_count=_count(orders),
            asked_at=Subquery(asked.order_by("-pk").values("at")[:1]),
        )
    )


def _count(rows: models.QuerySet[models.Model]) -> Subquery:
    """How many there are; none is NULL."""
    counted = rows.order_by().values("account").annotate(count=models.Count("pk"))
    return Subquery(counted.values("count"))
