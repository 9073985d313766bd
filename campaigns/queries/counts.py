"""Numbers of an organization or a campaign: the kept ones, or for members who see some groups only, counted among these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import BigIntegerField, Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from campaigns.models import Order, Participant, Post
from campaigns.queries.posts import is_visible
from crm.models import Influencer, SocialAccount
from tenancy.queries.counters import counted, counts
from tenancy.scope import current_groups


def organization_counts() -> Mapping[str, int]:
    """The numbers of the organization by the names of its counters; what is not there is 0."""
    return counts() if current_groups() is None else defaultdict(int, _counted_in_groups())


def account_counter(status: str, grant_state: str) -> str:
    """The name of the counter of TikTok accounts with this marketplace status and state of their grant; empty: no grant."""
    return ".".join(filter(None, ("accounts", status, grant_state)))


def campaign_count(name: str, rows: QuerySet[Any]) -> Coalesce:
    """Annotation of campaigns: the counter of this name, or how many of these rows are in the groups in scope."""
    if current_groups() is None:
        return counted(name)
    per_campaign = rows.filter(campaign=OuterRef("pk")).order_by().values("campaign")
    return Coalesce(Subquery(per_campaign.annotate(n=Count("pk")).values("n")), 0)


def campaign_fees(name: str, states: Iterable[str]) -> Coalesce:
    """Annotation of campaigns: the counter of this name in hundredths, or the sum for participants of these states in the
    groups in scope."""
    if current_groups() is None:
        return counted(name)
    rows = Participant.objects.filter(campaign=OuterRef("pk"), state__in=states, fee__isnull=False)
    per_campaign = rows.order_by().values("campaign").annotate(n=Sum("fee") * 100)
    sums = Subquery(per_campaign.values("n"), output_field=BigIntegerField())
    return Coalesce(sums, 0, output_field=BigIntegerField())


def _counted_in_groups() -> dict[str, int]:
    orders = Order.objects.values_list("state").annotate(Count("pk")).order_by()
    accounts = SocialAccount.objects.filter(creator__isnull=False)
    kinds = accounts.values_list("creator__marketplace_status", "creator__grant_state").order_by()
    posts = Post.objects.filter(is_visible()).aggregate(
        all=Count("pk"),
        with_views=Count("pk", filter=Q(video__video_views__isnull=False)),
        views=Coalesce(Sum("video__video_views"), 0),
    )
    return {
        "influencers": Influencer.objects.filter(archived_at=None).count(),
        **{f"orders.{state}": count for state, count in orders},
        **{account_counter(*kind): count for *kind, count in kinds.annotate(Count("pk"))},
        "posts": posts["all"],
        "posts.with_views": posts["with_views"],
        "views": posts["views"],
    }
