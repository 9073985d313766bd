"""A request whose answer was lost: looked up at TikTok, or, by a person's choice, asked again."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from campaigns.enums import OrderState, RequestState
from campaigns.errors import CampaignCodeNeeded, RequestSettled
from campaigns.models import Order, OrderRequest
from campaigns.services import transitions
from campaigns.services.invitations import invite_creators
from campaigns.services.requests import (
    known_code,
    loaded_orders,
    open_orders,
    send_order_request,
)
from tenancy.models import User
from tenancy.services.audit import record
from tiktok.enums import PollKind
from tiktok.services.orders import FoundOrder, find_orders
from tiktok.services.polling import make_due


def recheck_order_request(
    request: OrderRequest, *, actor: User | None, campaign_code: str = ""
) -> OrderRequest:
    """Look at TikTok for the orders of an uncertain request, and keep those that are there.

    `campaign_code`: what the user found in TikTok's own pages, when we know none. Raises CampaignCodeNeeded,
    RequestSettled, and TikTok's problems; then nothing has changed.
    """
    if request.state != RequestState.UNCERTAIN:
        raise RequestSettled
    code = campaign_code.strip() or known_code(request)
    if not code:
        raise CampaignCodeNeeded
    found = find_orders(code)
    with transaction.atomic():
        locked = OrderRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state != RequestState.UNCERTAIN:
            raise RequestSettled
        known = set(
            Order.objects.filter(campaign_code=code).values_list("tiktok_order_id", flat=True)
        )
        fresh = {order.handle.lower(): order for order in found if order.order_id not in known}
        missing = _keep_found(locked, fresh, code)
        locked.state = RequestState.UNCERTAIN if missing else RequestState.DONE
        locked.problem = (
            f"TikTok lists {missing} of these orders not under code {code}. They can be created anew."
            if missing
            else ""
        )
        locked.save(update_fields=["state", "problem", "campaign_code", "invite_link"])
        record("order.rechecked", locked, actor=actor, missing=missing)
    invite_creators(loaded_orders(request))
    request.refresh_from_db()
    return request


def _keep_found(request: OrderRequest, found: Mapping[str, FoundOrder], code: str) -> int:
    """Take over the orders that exist at TikTok. Returns how many do not."""
    missing = 0
    for order in open_orders(request):
        there = found.get(order.account.handle.lower())
        if there is None:
            missing += 1
            continue
        request.campaign_code, request.invite_link = code, there.invite_link
        transitions.mark_created(
            order,
            order_id=there.order_id,
            campaign_code=code,
            invite_link=there.invite_link,
            evidence=f"Found at TikTok under code {code}.",
        )
        make_due(PollKind.ORDER, order.pk)
    return missing


def repeat_order_request(request: OrderRequest, *, actor: User | None) -> OrderRequest:
    """A person's explicit choice to ask again for the orders of an uncertain or failed request that do not exist.

    Where a code is known TikTok is looked at first, so that no order is made twice. Raises RequestSettled and TikTok's
    problems of the look.
    """
    if request.state == RequestState.UNCERTAIN and known_code(request):
        recheck_order_request(request, actor=actor)
    with transaction.atomic():
        locked = OrderRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state == RequestState.DONE:
            return locked
        if locked.state not in {RequestState.UNCERTAIN, RequestState.FAILED}:
            raise RequestSettled
        for order in locked.orders.select_for_update().filter(state=OrderState.FAILED):
            transitions.mark_creating(order)
        locked.state, locked.problem = RequestState.DUE, ""
        locked.save(update_fields=["state", "problem"])
        locked.orders.filter(state=OrderState.CREATING).update(problem="")
        # What TikTok puts off again is the pump's; it had let go of the failed orders.
        make_due(PollKind.ORDER, *(order.pk for order in open_orders(locked)))
        record("order.repeated", locked, actor=actor)
    return send_order_request(request)
