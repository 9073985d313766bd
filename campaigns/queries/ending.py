"""Permissions of creators that end soon, and what hangs on each."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from campaigns.enums import CampaignState
from campaigns.models import Order, Participant
from campaigns.policies import OPEN_STATES
from crm.models import Influencer, SocialAccount
from crm.queries.accounts import with_end
from tenancy.enums import Verb
from tenancy.models import Event
from tiktok.enums import LIVE_CONNECTION_STATES
from ui.paging import KeysetPage, keyset_page

DAYS = (30, 60, 90)


def ending_accounts(days: int) -> models.QuerySet[SocialAccount]:
    """The accounts whose grant ends within so many days, each with the time as `ends_at`; of influencers in the list."""
    now = timezone.now()
    rows = SocialAccount.objects.filter(
        influencer__archived_at=None,
        creator__consents__withdrawn_at=None,
        creator__consents__connection__state__in=LIVE_CONNECTION_STATES,
        creator__consents__connection__refresh_expires_at__gt=now,
        creator__consents__connection__refresh_expires_at__lte=now + timedelta(days=days),
    )
    return rows.annotate(ends_at=F("creator__consents__connection__refresh_expires_at"))


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
            campaign_count=_count(running),
            order_count=_count(orders),
            asked_at=Subquery(asked.order_by("-pk").values("at")[:1]),
        )
    )


def _count(rows: models.QuerySet[models.Model]) -> Subquery:
    """How many there are; none is NULL."""
    counted = rows.order_by().values("account").annotate(count=models.Count("pk"))
    return Subquery(counted.values("count"))
