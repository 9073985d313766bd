"""Campaigns with their counts; orders, and the requests that asked for them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from campaigns.enums import LINK_STATES, RequestState
from campaigns.models import Campaign, Order, OrderRequest, Participant, Post
from campaigns.queries.posts import standing
from tiktok.enums import PollKind
from tiktok.queries import Look, polls_at, read_polls


def _count(rows: QuerySet[Any]) -> Coalesce:
    per_campaign = (
        rows.filter(campaign=OuterRef("pk")).order_by().values("campaign").annotate(n=Count("pk"))
    )
    return Coalesce(Subquery(per_campaign.values("n")), 0)


def campaigns() -> QuerySet[Campaign]:
    """All campaigns with `order_count` and `published_count`, newest window first."""
    return Campaign.objects.annotate(
        order_count=_count(Order.objects.all()),
        published_count=_count(Post.objects.filter(standing())),
    ).order_by("-starts_on", "-id")


def campaign_with_counts(pk: int) -> Campaign | None:
    """One campaign with the numbers its tabs show; None for an absent and for a foreign one."""
    return (
        campaigns()
        .annotate(
            participant_count=_count(Participant.objects.all()),
            hidden_count=_count(Post.objects.filter(hidden_at__isnull=False)),
        )
        .filter(pk=pk)
        .first()
    )


def orders_of(campaign: Campaign) -> QuerySet[Order]:
    """The campaign's orders, newest first, with what a row shows and `pending_count`: its videos in review."""
    in_review = (
        Post.objects.filter(order=OuterRef("pk"), stands_since=None, review_reason="")
        .exclude(review_state__in=LINK_STATES)
        .order_by()
        .values("order")
        .annotate(n=Count("pk"))
    )
    return (
        Order.objects.filter(campaign=campaign)
        .select_related("account__influencer", "account__creator", "request")
        .annotate(pending_count=Coalesce(Subquery(in_review.values("n")), 0))
        .order_by("-id")
    )


def order_with_events(campaign: Campaign, pk: int) -> Order | None:
    """One order with its timeline, posts and `polls`."""
    rows = orders_of(campaign).annotate(polls=polls_at("pk", PollKind.ORDER))
    return rows.prefetch_related("events", "posts").filter(pk=pk).first()


def order_look(order: Order) -> Look:
    """When TikTok was asked about an order of `order_with_events`, and is asked next."""
    polls = read_polls(order.polls)  # type: ignore[attr-defined]
    return Look(order.checked_at, polls.get(PollKind.ORDER))


def requests_in_trouble(campaign: Campaign) -> QuerySet[OrderRequest]:
    """Requests that wait, are on their way, whose outcome is not known, or that continue another and failed.

    (A failed first request is shown by its own page, whose orders are all failed.)
    """
    return (
        OrderRequest.objects.filter(campaign=campaign)
        .exclude(state=RequestState.DONE)
        .exclude(state=RequestState.FAILED, continues=None)
        .select_related("marketplace_account")
        .annotate(order_count=Count("orders"))
        .order_by("pk")
    )


def request_with_orders(campaign: Campaign, pk: int) -> OrderRequest | None:
    """The first request of a submission."""
    related = ("continues", "marketplace_account")
    return OrderRequest.objects.filter(campaign=campaign, pk=pk).select_related(*related).first()


def orders_of_request(request: OrderRequest) -> QuerySet[Order]:
    """Every creator's order of a submission, those that need attention first."""
    first = request.continues_id or request.pk
    parts = OrderRequest.objects.filter(Q(pk=first) | Q(continues=first))
    return (
        Order.objects.filter(request__in=parts)
        .select_related("account__influencer", "account__creator", "request")
        .order_by(models.Case(models.When(problem="", then=1), default=0), "pk")
    )
