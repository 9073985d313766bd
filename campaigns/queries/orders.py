"""Campaigns with their counts; orders, and the requests that asked for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from campaigns.enums import (
    LASTING,
    LINK_STATES,
    NOT_AGREED,
    DraftState,
    RequestState,
    ReviewState,
    SparkCodeState,
    SparkFilter,
    SparkState,
)
from campaigns.models import (
    Campaign,
    Order,
    OrderReply,
    OrderRequest,
    Participant,
    Post,
    Publication,
    Review,
    SparkPermission,
)
from campaigns.policies.orders import REVIEWABLE
from campaigns.policies.participants import AGREED_STATES, COSTING_STATES
from campaigns.policies.posts import GONE, UNTIED, report_due_at
from campaigns.queries.campaigns import elsewhere, with_counts
from campaigns.queries.counts import campaign_count, campaign_fees
from campaigns.queries.order_dates import own_due
from jobs.queries import links_to
from tenancy.composed import ROW, Composed, ComposedPages
from tenancy.scope import current_groups, groups_scope
from tiktok.enums import PollKind
from tiktok.queries import SyncTimes, polls_at, read_polls
from ui.paging import KeysetPage

SOON = timedelta(minutes=30)  # a report that is due before the next sync is read with this one


def campaign_with_counts(pk: int) -> Campaign | None:
    """One campaign with the numbers its tabs show; None for an absent and for a foreign one."""
    return next(iter(_CAMPAIGN.rows(pk)), None)


def _campaign(pk: int) -> QuerySet[Campaign]:
    hidden = Post.objects.filter(hidden_at__isnull=False)
    rows = Campaign.objects.filter(pk=pk).select_related("salesperson")
    return with_counts(rows).annotate(
        participant_count=campaign_count("participants", Participant.objects.all()),
        listed_count=elsewhere("other_posts"),
        hidden_count=campaign_count("posts.hidden", hidden),
        fees=campaign_fees("fees", COSTING_STATES),
        agreed_fees=campaign_fees("fees.agreed", AGREED_STATES),
    )


_CAMPAIGN = Composed(_campaign, [ROW])


# The campaign that each of some jobs is about, as a link; none for one whose campaign was deleted.
campaigns_of = links_to(Campaign, "campaigns:campaign", "campaign")


def orders_page(campaign: Campaign, cursor: str | None = "") -> KeysetPage[Order]:
    """The campaign's orders, newest first, with what a row shows and `pending_count`: its videos in review."""
    return _ORDERS.page(campaign.pk, cursor=cursor)


def _orders(campaign_id: int) -> QuerySet[Order]:
    return Order.objects.filter(campaign_id=campaign_id)


def with_pending(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Annotate orders with what a row shows: `pending_count`, the kinds of open replies as `said`, of those that hold though
    they were answered as `held`, the permissions to advertise with its videos as `sparks` (`SparkFilter`), the draft to review as `draft_id`, and as `own_due` the due date
    that its account has in the campaign."""
    replies = OrderReply.objects.filter(order=OuterRef("pk")).order_by("pk")
    held = replies.filter(kind__in=LASTING, lifted_at=None).exclude(settled_at=None)
    in_review = (
        Post.objects.filter(order=OuterRef("pk"), published_since=None, review_reason="")
        .exclude(review_state__in=LINK_STATES)
        .order_by()
        .values("order")
        .annotate(n=Count("pk"))
    )
    return orders.select_related(
        "account__influencer__person", "account__creator", "request"
    ).annotate(
        pending_count=Coalesce(Subquery(in_review.values("n")), 0),
        said=ArraySubquery(replies.filter(settled_at=None).values("kind")),
        held=ArraySubquery(held.values("kind")),
        sparks=ArraySubquery(sparks_of_order().order_by("pk").values("word")),
        draft_id=Subquery(open_drafts().order_by("number").values("pk")[:1]),
        own_due=own_due(),
    )


def open_drafts() -> QuerySet[Review]:
    """The drafts of an outer row, an order, that the team is to review."""
    drafts = Review.objects.filter(order=OuterRef("pk"), state=DraftState.SUBMITTED)
    return drafts.filter(order__state__in=REVIEWABLE)


def sparks_of_order() -> QuerySet[Any]:
    """The permissions to advertise with the videos of an outer row's order, each with its `word` (`SparkFilter`)."""
    under_way = [SparkState.DUE, SparkState.SENDING, SparkState.UNCERTAIN]
    word = Case(
        When(state__in=under_way, then=Value(SparkFilter.ASKED)),
        When(
            state=SparkState.ACCEPTED,
            code_state__in=SparkCodeState.over(),
            then=Value(SparkFilter.ENDED),
        ),
        default=F("state"),
    )
    return SparkPermission.objects.filter(post__order=OuterRef("pk")).annotate(word=word)


_ORDERS = ComposedPages(Order, _orders, ("-id",), with_pending, [ROW])


def order_with_posts(campaign: Campaign, pk: int) -> Order | None:
    """One order with its posts, the latest published first, and `polls`."""
    rows = with_pending(Order.objects.filter(campaign=campaign, pk=pk))
    latest_first = models.F("published_at").desc(nulls_first=True)
    posts = Post.objects.select_related("video", "spark").order_by(latest_first, "-pk")
    rows = rows.annotate(polls=polls_at("pk", PollKind.ORDER))
    replies = OrderReply.objects.select_related("settled_by").order_by("-pk")
    publications = Publication.objects.select_related("person").order_by("-pk")
    publications = publications.annotate(polls=polls_at("pk", PollKind.PUBLICATION))
    return rows.prefetch_related(
        models.Prefetch("posts", posts),
        models.Prefetch("replies", replies),
        models.Prefetch("publications", publications),
    ).first()


def order_sync(order: Order) -> SyncTimes:
    """The sync times of an order of `order_with_posts`: the last and the next."""
    polls = read_polls(order.polls)  # type: ignore[attr-defined]
    return SyncTimes(order.checked_at, polls.get(PollKind.ORDER))


def publication_sync(publication: Publication) -> SyncTimes:
    """The times at which the next step of a publication is tried, by its annotation `polls`."""
    polls = read_polls(publication.polls)  # type: ignore[attr-defined]
    return SyncTimes(None, polls.get(PollKind.PUBLICATION))


def quiet_videos(orders: Iterable[Order], *, now: datetime) -> dict[int, frozenset[str]]:
    """The videos, by order, of which there is nothing to learn yet: all are published, their reports fresh.

    Not of an order that waits for TikTok's review or for the creator's word.
    """
    keys = {order.pk: (order.campaign_id, order.account_id) for order in orders}
    posts = Post.objects.filter(order__in=keys).select_related("video")
    posts = posts.exclude(published_since=None, review_reason__in=[GONE, UNTIED])
    posts = posts.exclude(published_since=None, review_state__in=NOT_AGREED)
    asked = Post.objects.filter(review_state=ReviewState.LINK_ASKED)
    asked = asked.filter(campaign__in={campaign for campaign, _ in keys.values()})
    waiting = set(asked.values_list("campaign", "account"))
    restless, videos = set[int | None](), defaultdict[int | None, set[str]](set)
    for post in posts:
        videos[post.order_id].add(post.network_post_id)
        if not _is_quiet(post, now):
            restless.add(post.order_id)
    return {
        pk: frozenset(videos[pk])
        for pk, key in keys.items()
        if pk not in restless and key not in waiting
    }


def _is_quiet(post: Post, now: datetime) -> bool:
    due_at = report_due_at(post.published_at, post.reported_at)
    is_published = post.published_since is not None and post.hidden_at is None
    return is_published and due_at is not None and due_at - SOON > now


def requests_with_problems(campaign: Campaign) -> QuerySet[OrderRequest]:
    """Requests that wait, are on their way, whose outcome is not known, or that failed as a part of a submission.

    (A failed first request is shown by its own page, whose orders are all failed.)
    """
    return (
        _seen_requests(campaign)
        .exclude(state=RequestState.DONE)
        .exclude(state=RequestState.FAILED, continues=None, submission=None)
        .select_related("marketplace_account")
        .annotate(order_count=Count("orders"))
        .order_by("pk")
    )


def request_with_orders(campaign: Campaign, pk: int) -> OrderRequest | None:
    """The first request of a submission; None for an absent one, and for one of whose orders the member does not see some."""
    related = ("continues", "marketplace_account")
    return _seen_requests(campaign).filter(pk=pk).select_related(*related).first()


def _seen_requests(campaign: Campaign) -> QuerySet[OrderRequest]:
    """The requests of a campaign. Whoever sees some groups only sees those that are about these alone: what is done with a
    request is done with all of its orders."""
    rows, groups = OrderRequest.objects.filter(campaign=campaign), current_groups()
    if groups is None:
        return rows
    with groups_scope(None):
        hidden = Order.objects.exclude(account__influencer__group__in=groups)
        return rows.exclude(Exists(hidden.filter(request=OuterRef("pk"))))


def orders_of_request(request: OrderRequest) -> QuerySet[Order]:
    """Every creator's order of a submission, in whichever market, those that need attention first."""
    first = request.first_id
    parts = OrderRequest.objects.filter(Q(pk=first) | Q(continues=first) | Q(submission=first))
    return (
        Order.objects.filter(request__in=parts)
        .select_related("account__influencer__person", "account__creator", "request")
        .order_by(models.Case(models.When(problem="", then=1), default=0), "pk")
    )
