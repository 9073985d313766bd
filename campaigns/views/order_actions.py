"""Actions on one order: cancel it, undo that, send it again, remind its creator, change its due date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from campaigns.errors import CampaignProblem
from campaigns.models import Order
from campaigns.services.orders.cancelling import cancel_order, restore_order
from campaigns.services.orders.contact.reminders import remind, send_again
from campaigns.services.orders.due_dates import change_due, give_back_due
from campaigns.views.frame import address, campaign_or_404
from campaigns.views.orders import due_form_of, order_or_404, shown_order
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.models import Event
from ui.bidi import isolated
from ui.editing import editing
from ui.keys import key_in
from ui.undoing import OF, say_done


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_cancel(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    order = order_or_404(campaign_or_404(pk), order_pk)
    reason = request.POST.get("reason", "").replace("\0", "").strip()
    try:
        event = cancel_order(order, reason=reason, actor=request.user)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
    else:
        text = f"The order for @{isolated(order.account.handle)} is cancelled. Its page says so, and no more mail goes out."
        say_done(request, text, address(request, "order_restore", pk, order_pk), of=event)
    return _back(request, order)


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_restore(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    return _restored(request, order_or_404(campaign_or_404(pk), order_pk))


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_restore_of(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    """The same from the timeline of an influencer, which is where it leads back to."""
    rows = Order.objects.filter(account__influencer=pk).select_related("account")
    _restored(request, get_object_or_404(rows, pk=order_pk))
    return redirect("crm:influencer", request.organization.slug, pk)


def _restored(request: OrganizationRequest, order: Order) -> HttpResponse:
    event = _event(request)

    def restore(order: Order) -> None:
        restore_order(order, event, actor=request.user)

    said = f"The order for @{isolated(order.account.handle)} is open again."
    return _done(request, order, restore, said)


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_again(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    order = order_or_404(campaign_or_404(pk), order_pk)
    said = "The invitation is sent again."
    return _done(request, order, lambda each: send_again(each, actor=request.user), said)


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_remind(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    order = order_or_404(campaign_or_404(pk), order_pk)
    return _done(
        request, order, lambda each: remind(each, actor=request.user), "The reminder is sent."
    )


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_due(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    order = order_or_404(campaign, order_pk)
    if OF in request.POST:
        event = _event(request)
        said = "The earlier due date stands again."
        return _done(request, order, lambda e: give_back_due(e, event, actor=request.user), said)
    with editing(request, order) as stored:
        form = due_form_of(stored, request.POST)
        if form.is_valid():
            _change_due(request, stored, form.cleaned_data["due_on"])
            return _back(request, order)
    return shown_order(request, campaign, order, due_form=form)


def _change_due(request: OrganizationRequest, order: Order, due_on: date | None) -> None:
    try:
        changed = change_due(order, due_on, actor=request.user)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
    else:
        if changed:
            undo = address(request, "order_due", order.campaign_id, order.pk)
            say_done(request, "The due date is changed.", undo, of=changed)


def _event(request: OrganizationRequest) -> Event:
    """The event that is to be undone."""
    event = Event.objects.filter(pk=key_in(request.POST.get(OF, "")) or 0).first()
    if event is None:
        raise Http404("No such event.")
    return event


def _done(
    request: OrganizationRequest, order: Order, act: Callable[[Order], object], said: str
) -> HttpResponse:
    try:
        act(order)
    except CampaignProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, said)
    return _back(request, order)


def _back(request: OrganizationRequest, order: Order) -> HttpResponse:
    if request.POST.get("back") == "list":
        return redirect(address(request, "orders", order.campaign_id))
    return redirect(address(request, "order", order.campaign_id, order.pk))
