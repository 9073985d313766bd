"""The campaigns in which an influencer takes part, where their orders stand there, and their posts on other networks."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from campaigns.enums import CampaignState
from campaigns.models import Campaign, NetworkPost, Order, Participant
from crm.models import Influencer
from ui.bidi import isolated

SHOWN, SHOWN_POSTS = 20, 6
TO_CHOOSE = 500


def participations(influencer: Influencer) -> QuerySet[Any]:
    """The influencer's campaigns as Participants, each once, the latest first, with `order_pk` and `order_state` of the latest
    order of any of their accounts."""
    orders = Order.objects.filter(campaign=OuterRef("campaign"), account__influencer=influencer)
    latest = orders.order_by("-pk")
    rows = Participant.objects.filter(account__influencer=influencer)
    return (
        rows.select_related("campaign")
        .annotate(
            order_pk=Subquery(latest.values("pk")[:1]),
            order_state=Subquery(latest.values("state")[:1]),
        )
        .order_by("-campaign__starts_on", "-campaign_id", "pk")
        .distinct("campaign__starts_on", "campaign_id")
    )


def network_posts_of(influencer: Influencer) -> QuerySet[NetworkPost]:
    """The influencer's latest posts on other networks than TikTok, whether a campaign has them or not."""
    posts = NetworkPost.objects.filter(account__influencer=influencer)
    newest_first = (F("published_at").desc(nulls_last=True), "-pk")
    return posts.select_related("account").order_by(*newest_first)[:SHOWN_POSTS]


def campaigns_to_join() -> list[tuple[str, str]]:
    """Choices of a form: the latest campaigns that are not archived, with their clients."""
    rows = Campaign.objects.exclude(state=CampaignState.ARCHIVED).order_by("-starts_on", "-pk")
    return [
        (str(row.pk), f"{isolated(row.client)}: {isolated(row.name)}") for row in rows[:TO_CHOOSE]
    ]
