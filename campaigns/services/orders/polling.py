"""Polls of orders: what is due for whom, and how long it stays fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from campaigns.enums import CampaignState, OrderState, RequestState
from campaigns.models import Order, OrderRequest, Post
from campaigns.policies.orders import UNTRACKED_STATES
from campaigns.policies.posts import report_interval
from campaigns.services.orders.contact.invitations import invite_creators
from campaigns.services.orders.reconciling import REPEAT_AFTER, trace_lost_request
from campaigns.services.orders.sending import RELATED, send_order_request
from campaigns.services.orders.syncing import sync_orders
from jobs.services.queue import made_due_since, make_due, note_finished, stop
from tiktok.enums import PollKind
from tiktok.errors import TikTokUnavailable


def make_orders_due(tiktok_campaign_id: str, handle: str) -> None:
    """Sync a campaign's orders at once, because TikTok One has news of its videos: that creator's alone where the handle
    is one that we know.

    An order of TikTok One is named `<campaign id>/<handle>`; the creator may have another handle by now.
    """
    orders = Order.objects.exclude(state__in=UNTRACKED_STATES)
    orders = orders.exclude(campaign__state=CampaignState.ARCHIVED)
    # Not `startswith`, for which row-level security lets no index be used; "0" is what comes after "/".
    orders = orders.filter(
        tiktok_order_id__gt=f"{tiktok_campaign_id}/", tiktok_order_id__lt=f"{tiktok_campaign_id}0"
    )
    is_named = Q(tiktok_order_id__endswith=f"/{handle.lower()}") | Q(account__handle=handle.lower())
    own = orders.filter(is_named) if handle else orders
    make_due(PollKind.ORDER, *(own or orders).values_list("pk", flat=True))


def sync_due_orders(order_ids: Sequence[int]) -> dict[int, timedelta]:
    """The pump's sync of orders: send what was left unsent, notice what was lost, sync what exists, let go of the rest.

    Says how long each order's numbers stay fresh.
    """
    requests = OrderRequest.objects.filter(
        orders__in=order_ids, state__in=[RequestState.DUE, RequestState.SENDING]
    )
    for request in requests.distinct():
        send_order_request(request)
    _trace_lost_requests(order_ids)
    live = _live_orders(order_ids)
    siblings, began_at = _siblings(live), timezone.now()
    sync_orders([*live, *siblings], only_due=True)
    _note_syncs(siblings, began_at)
    _invite_who_was_forgotten(live)
    if requests.exclude(_waits_for_another()).exists():  # due, or on its way in another process
        raise TikTokUnavailable  # the pump tries again soon
    return _fresh_for(order_ids)


def _waits_for_another() -> Q:
    """Requests that continue a submission of which a part is uncertain, perhaps until a person has decided."""
    uncertain = RequestState.UNCERTAIN
    return Q(continues__state=uncertain) | Q(continues__continuations__state=uncertain)


def _live_orders(order_ids: Sequence[int]) -> list[Order]:
    """Select the orders that still move, and stop syncing the rest until a campaign leaves the archive or an order is retried."""
    orders = list(Order.objects.filter(pk__in=order_ids).select_related("request", "campaign"))
    archived = {o.pk for o in orders if o.campaign.state == CampaignState.ARCHIVED}
    untracked = {order.pk for order in orders if order.state in UNTRACKED_STATES}
    gone = set(order_ids) - {order.pk for order in orders}
    if archived:
        stop(PollKind.ORDER, *archived, reason="The campaign is archived.")
    if untracked | gone:
        stop(PollKind.ORDER, *untracked, *gone, reason="The order is settled.")
    return [order for order in orders if order.pk not in untracked | archived]


def _siblings(orders: Sequence[Order]) -> list[Order]:
    """Orders made in the same campaigns at TikTok One: one sync there sees them all, so they shall not ask once more."""
    campaigns = {order.request.tiktok_campaign_id for order in orders} - {""}
    together = Order.objects.filter(request__tiktok_campaign_id__in=campaigns)
    others = together.exclude(pk__in=[order.pk for order in orders])
    return list(others.exclude(tiktok_order_id="").exclude(state__in=UNTRACKED_STATES))


def _note_syncs(siblings: Sequence[Order], began_at: datetime) -> None:
    """Note the sync of sibling orders; those of which there was news meanwhile stay due."""
    keys = {order.pk for order in siblings}
    keys -= made_due_since(began_at, PollKind.ORDER, *keys)
    fresh_for = _fresh_for(list(keys))
    for due_in in {None, *fresh_for.values()}:
        seen = [key for key in keys if fresh_for.get(key) == due_in]
        note_finished(PollKind.ORDER, *seen, due_in=due_in)


def _invite_who_was_forgotten(orders: Sequence[Order]) -> None:
    """The process that made the order died before it mailed: where it has tried, a problem or another state says so."""
    created = Order.objects.filter(pk__in=[order.pk for order in orders])
    forgotten = created.filter(state=OrderState.CREATED, problem="")
    invite_creators(forgotten.select_related(*RELATED))


def _trace_lost_requests(order_ids: Sequence[int]) -> None:
    uncertain = OrderRequest.objects.filter(orders__in=order_ids, state=RequestState.UNCERTAIN)
    for request in uncertain.select_related("marketplace_account").distinct():
        if request.is_found_by_reference:
            trace_lost_request(request)


def _fresh_for(order_ids: Sequence[int]) -> dict[int, timedelta]:
    """Say how long orders stay fresh: a fulfilled one by the age of its newest post, one that awaits videos for the usual hour, one
    that is being traced is reconciled again when it may be repeated."""
    newest = (
        Post.objects.filter(order__in=order_ids, order__state=OrderState.FULFILLED)
        .values_list("order")
        .annotate(newest=Max("published_at"))
        .order_by()
    )
    now = timezone.now()
    traced = Order.objects.filter(
        pk__in=order_ids, state=OrderState.CREATING, request__state=RequestState.UNCERTAIN
    )
    cancelled = Order.objects.filter(pk__in=order_ids, state=OrderState.CANCELLED)
    return {
        **dict.fromkeys(cancelled.values_list("pk", flat=True), timedelta(days=1)),
        **{order: report_interval(now - published) for order, published in newest if published},
        **dict.fromkeys(traced.values_list("pk", flat=True), REPEAT_AFTER),
    }
