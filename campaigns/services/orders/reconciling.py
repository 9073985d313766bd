"""A request whose answer was lost: read at TikTok, and asked again where that makes nothing twice."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.enums import UNDER_WAY, OrderState, RequestState
from campaigns.errors import (
    CampaignArchived,
    CampaignCodeNeeded,
    CampaignProblem,
    RequestSettled,
    RequestUnderWay,
)
from campaigns.models import Order, OrderRequest
from campaigns.services.orders import transitions
from campaigns.services.orders.contact.invitations import invite_creators
from campaigns.services.orders.sending import (
    GROUP_FIELDS,
    LOST_AFTER,
    keep_created,
    keep_group,
    known_group,
    loaded_orders,
    open_orders,
    send_order_request,
    under,
)
from campaigns.services.orders.terms import refuse_archived
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.services.orders.dialects import find_orders
from tiktok.services.orders.orders import LostOrders, PlacedOrders

# Long after TikTok must have listed what it made, what is not listed was not made.
REPEAT_AFTER = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(minutes=2)


def reconcile_order_request(
    request: OrderRequest, *, actor: User | None, campaign_code: str = ""
) -> OrderRequest:
    """Read at TikTok whether an uncertain request has orders, and keep those that are there.

    `campaign_code`: what the user found in TikTok's own pages, when neither code nor mark leads there. Raises
    CampaignCodeNeeded, RequestSettled, RequestUnderWay, and TikTok's problems; then nothing has changed.
    """
    if request.state != RequestState.UNCERTAIN:
        raise _not_open(request)
    group = campaign_code.strip() or known_group(request)
    if not group and not request.is_found_by_reference:
        raise CampaignCodeNeeded
    found = find_orders(request.marketplace_account, _lost(request, group))
    with transaction.atomic():
        _keep_found(request.pk, found, actor=actor)
    invite_creators(loaded_orders(request))
    request.refresh_from_db()
    return request


def _not_open(request: OrderRequest) -> CampaignProblem:
    """The reason that there is nothing to reconcile: the request is being sent, or everything of it is known."""
    return RequestUnderWay() if request.state in UNDER_WAY else RequestSettled()


def _lost(request: OrderRequest, group: str) -> LostOrders:
    """The facts by which a lost request is searched for at TikTok. Its clock and ours may differ by a little."""
    others = OrderRequest.objects.exclude(pk=request.pk).exclude(tiktok_campaign_id="")
    asked_at = request.sending_at or request.created_at
    return LostOrders(
        reference=request.reference,
        group=group,
        name=request.campaign.name,
        since=request.created_at - CLOCKS_DIFFER,
        until=asked_at + LOST_AFTER,
        others=frozenset(others.values_list("tiktok_campaign_id", flat=True)),
    )


def _keep_found(request_id: int, found: PlacedOrders | None, *, actor: User | None) -> None:
    """Take over the orders that exist at TikTok; the request is settled when they all do."""
    locked = OrderRequest.objects.select_for_update().get(pk=request_id)
    if locked.state != RequestState.UNCERTAIN:
        raise _not_open(locked)
    if found is not None:
        keep_group(locked, found)
        _keep_orders(locked, found)
    missing = len(open_orders(locked))
    locked.state = RequestState.UNCERTAIN if missing else RequestState.DONE
    locked.problem = _what_is_missing(missing, found) if missing else ""
    locked.save(update_fields=["state", "problem", *GROUP_FIELDS])
    record(Verb.ORDER_RECONCILED, locked, actor=actor, missing=missing)


def _keep_orders(request: OrderRequest, found: PlacedOrders) -> None:
    ids = [order.order_id for order in found.orders]
    known = set(
        Order.objects.filter(tiktok_order_id__in=ids).values_list("tiktok_order_id", flat=True)
    )
    fresh = {o.handle.lower(): o.order_id for o in found.orders if o.order_id not in known}
    where = under(found) or " by our reference"
    for order in open_orders(request):
        order_id = fresh.get(order.account.handle.lower())
        if order_id is not None:
            keep_created(order, order_id, found, evidence=f"Found at TikTok{where}.")


def _what_is_missing(missing: int, found: PlacedOrders | None) -> str:
    if found is None:
        return "TikTok lists none of these orders. They can be created again."
    return f"{missing} of these orders are not listed at TikTok{under(found)}. They can be created again."


def repeat_order_request(request: OrderRequest, *, actor: User | None) -> OrderRequest:
    """Ask again for the orders of an uncertain or failed request that do not exist.

    Where a code or a reference leads to them TikTok is read first, so that no order is made twice, be it that a refusal
    in words unknown to us was none; where none does, it is a person's explicit choice. Raises CampaignArchived, RequestSettled,
    RequestUnderWay and TikTok's problems of the sync, after which a failed request is uncertain.
    """
    refuse_archived(request.campaign)
    _reopen(request)
    is_traceable = known_group(request) or request.is_found_by_reference
    if request.state == RequestState.UNCERTAIN and is_traceable:
        reconcile_order_request(request, actor=actor)
    with transaction.atomic():
        locked = OrderRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state == RequestState.DONE:
            return locked
        if locked.state != RequestState.UNCERTAIN:
            raise _not_open(locked)
        locked.state, locked.problem = RequestState.DUE, ""
        locked.save(update_fields=["state", "problem"])
        locked.orders.filter(state=OrderState.CREATING).update(problem="")
        # What TikTok puts off again is the pump's; it had let go of the failed orders.
        make_due(PollKind.ORDER, *(order.pk for order in open_orders(locked)))
        record(Verb.ORDER_REPEATED, locked, actor=actor)
    return send_order_request(request)


@transaction.atomic
def _reopen(request: OrderRequest) -> None:
    """Make a failed request uncertain again, with its orders still to be made."""
    locked = OrderRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state == RequestState.FAILED:
        for order in locked.orders.select_for_update().filter(state=OrderState.FAILED):
            transitions.mark_creating(order)
        locked.state = RequestState.UNCERTAIN
        locked.save(update_fields=["state"])
    request.refresh_from_db()


def trace_lost_request(request: OrderRequest) -> None:
    """Reconcile an uncertain request that our reference leads to: what exists is kept, what TikTok still does not
    list after `REPEAT_AFTER` is asked for again. Raises TikTok's problems."""
    is_old = request.sending_at is not None and request.sending_at < timezone.now() - REPEAT_AFTER
    try:
        (repeat_order_request if is_old else reconcile_order_request)(request, actor=None)
    except (RequestSettled, RequestUnderWay, CampaignArchived):
        return  # somebody was faster
