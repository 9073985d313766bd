"""Timelines of orders, read from the stream of events."""

from __future__ import annotations

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from campaigns.models import Order, OrderRequest, Post
from campaigns.policies.orders import STEPS
from crm.models import Influencer
from crm.queries.timeline import MOST_IDS
from tenancy.enums import Verb
from tenancy.models import Event
from tenancy.queries import events_about


def order_timeline(order: Order) -> list[Event]:
    """Everything that was recorded about the order, the request it came from and its videos, newest first."""
    posts = [post.pk for post in order.posts.all()]
    subjects = (Order, [order.pk]), (OrderRequest, [order.request_id]), (Post, posts)
    return list(events_about(*subjects))


def order_steps(order: int | models.OuterRef) -> models.QuerySet[Event]:
    """The dated states of an order, oldest first, each with `state` and `evidence`; that is empty once it was erased."""
    steps = Event.objects.filter(
        object_type=Order._meta.label_lower,
        object_id=order,
        verb__in=[*STEPS.values(), Verb.ORDER_RESTORED, Verb.ORDER_VIDEO_GONE],
    )
    return steps.annotate(
        state=KeyTextTransform("state", "detail"),
        evidence=Coalesce(
            KeyTextTransform("evidence", "text__detail"), models.Value("", models.TextField())
        ),
    ).order_by("at", "pk")


def orders_of(influencer: Influencer) -> list[int]:
    """The influencer's latest orders, for their timeline."""
    rows = Order.objects.filter(account__influencer=influencer).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:MOST_IDS])


def posts_of(influencer: Influencer) -> list[int]:
    """The influencer's latest posts, for their timeline."""
    rows = Post.objects.filter(account__influencer=influencer).order_by("-pk")
    return list(rows.values_list("pk", flat=True)[:MOST_IDS])
