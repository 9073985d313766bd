"""Orders of a campaign: the list, their results, one order's timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from campaigns.enums import UNPUBLISHED, OrderState, ReplyKind, SparkFilter
from campaigns.forms import DueForm
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.policies.orders import CANCELLABLE, mail_refusal, may_restore
from campaigns.queries import (
    order_live,
    order_sync,
    order_timeline,
    order_with_posts,
    orders_live,
    orders_of_request,
    request_with_orders,
    requests_with_problems,
)
from campaigns.queries.order_checks import diagnose, needs_check
from campaigns.queries.order_dates import OVERDUE
from campaigns.queries.order_list import (
    ANYTHING,
    DRAFTED,
    NO_ADDRESS,
    UNANSWERED,
    Asked,
    narrowed_page,
    order_counts,
)
from campaigns.services import errands
from campaigns.services.drafts import draft_message
from campaigns.services.orders.contact.invitations import mark_invited_by_hand
from campaigns.services.orders.syncing import refresh_campaign, refresh_campaign_again
from campaigns.views.frame import address, campaign_or_404, campaign_page, tab_in
from jobs.services.queue import JUST_NOW
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission, Verb
from tenancy.models import Event
from ui.templatetags.formats import too_soon

SHARED_AT_MOST = 2
STATES = (
    ("", "All"),
    (OVERDUE, "Overdue"),
    (NO_ADDRESS, "Without an e-mail address"),
    *OrderState.choices,
)


@staff_page(Permission.READ)
def order_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    asked = Asked.of(request.GET)
    page = narrowed_page(campaign, asked, request.GET.get("cursor"))
    requests = list(requests_with_problems(campaign))
    counts = order_counts(campaign)
    live = orders_live(campaign, page.rows, requests, counts)
    context = {
        "page": page,
        "requests": requests,
        "live": live,
        "asked": asked,
        "states": _states(asked, counts),
        "replies": [
            (DRAFTED, "Draft to review"),
            (UNANSWERED, "Something to answer"),
            (ANYTHING, "Anything open"),
            *ReplyKind.choices,
        ],
        "sparks": SparkFilter.choices,
        "shared": _shared(page.rows),
        "export_url": address(request, "orders_export", campaign.pk),
    }
    return live.answer(request) or campaign_page(request, campaign, "orders/list.html", context)


def _states(asked: Asked, counts: Mapping[str, int]) -> list[dict[str, object]]:
    """The states that orders of the campaign are in, each with the address of its list, which keeps what else is asked for. How
    many there are is known where nothing else is."""
    is_whole = not replace(asked, state="").is_narrowed
    return [
        {
            "label": label,
            "count": counts[state] if is_whole else None,
            "query": replace(asked, state=state).query,
            "is_current": state == asked.state,
        }
        for state, label in STATES
        if counts[state] or state in {"", asked.state}
    ]


def _shared(orders: Sequence[Order]) -> list[Order]:
    """One order for each code and link among these, if these are few: then they stand once, above the list."""
    first = {(each.campaign_code, each.invite_link): each for each in orders if each.invite_link}
    return list(first.values()) if len(first) <= SHARED_AT_MOST else []


@staff_page(Permission.SEND_ORDERS)
@require_POST
def orders_refresh(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    tab = tab_in(request)
    job = refresh_campaign(campaign, tab=tab, actor=request.user)
    if job is not None:
        return follow(request, job)
    messages.info(request, _not_refreshed(campaign))
    return redirect(address(request, tab, campaign.pk))


def _not_refreshed(campaign: Campaign) -> str:
    done_at = refresh_campaign_again(campaign)
    return too_soon(done_at, JUST_NOW) if done_at else "There is no order to check."


def order_or_404(campaign: Campaign, pk: int) -> Order:
    """An order of the campaign with its posts and replies."""
    order = order_with_posts(campaign, pk)
    if order is None:
        raise Http404("No such order.")
    return order


@staff_page(Permission.READ)
def order_page(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    return shown_order(request, campaign, order_or_404(campaign, order_pk))


def due_form_of(order: Order, data: Any = None) -> DueForm:
    """The form of the order's due date."""
    return DueForm(data, initial={"due_on": order.due_on}, auto_id="order-%s")


def shown_order(
    request: OrganizationRequest, campaign: Campaign, order: Order, due_form: DueForm | None = None
) -> HttpResponse:
    """The page or dialog of an order; with a `due_form` that was sent and is not valid."""
    template = "orders/dialog.html" if request.htmx else "orders/order.html"
    sync = order_sync(order)
    live = order_live(order, sync)
    if answer := live.answer(request):
        return answer
    events = order_timeline(order)
    context = {
        "order": order,
        "sync": sync,
        "events": events,
        "cancelling": _cancelling(order, events),
        "live": live,
        **_diagnosis(order, events),
        "unpublished": UNPUBLISHED,
        "cancellable": CANCELLABLE,
        "may_mail": order.state in UNPUBLISHED and not mail_refusal(order.in_force),
        "due_form": due_form or due_form_of(order),
    }
    status = 200 if due_form is None else 422
    return campaign_page(request, campaign, template, context, status=status)


def _cancelling(order: Order, events: list[Event]) -> Event | None:
    """The event of the order's cancelling, if that may be undone."""
    if not may_restore(order.state, order.invite_link):
        return None
    return next((event for event in events if event.verb == Verb.ORDER_CANCELLED), None)


def _diagnosis(order: Order, events: list[Event]) -> dict[str, object]:
    """The reasons why there is no post yet, with a message to the creator; nothing while there is time."""
    if not needs_check(order, events):
        return {}
    found = diagnose(order)
    return {"diagnosis": found, "draft": draft_message(order, found.cause)}


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_sent(request: OrganizationRequest, pk: int, order_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    if mark_invited_by_hand(order_or_404(campaign, order_pk), actor=request.user):
        messages.success(request, "Marked as sent.")
    else:
        messages.info(request, "The order has already moved on.")
    return redirect(address(request, "orders", campaign.pk))


# --- the result, creator by creator ---------------------------------------------------------------------------------
def _request_or_404(campaign: Campaign, pk: int) -> OrderRequest:
    found = request_with_orders(campaign, pk)
    if found is None:
        raise Http404("No such request.")
    return found


@staff_page(Permission.READ)
def request_page(request: OrganizationRequest, pk: int, request_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    order_request = _request_or_404(campaign, request_pk)
    orders = list(orders_of_request(order_request))
    requests = [r for r in requests_with_problems(campaign) if _belongs(r, order_request)]
    live = orders_live(campaign, orders, requests)
    context = {
        "order_request": order_request,
        "orders": orders,
        "requests": requests,
        "live": live,
    }
    return live.answer(request) or campaign_page(request, campaign, "orders/request.html", context)


def _belongs(part: OrderRequest, whole: OrderRequest) -> bool:
    return whole.pk in {part.pk, part.continues_id, part.submission_id}


@staff_page(Permission.SEND_ORDERS)
@require_POST
def request_check(request: OrganizationRequest, pk: int, request_pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    order_request = _request_or_404(campaign, request_pk)
    code = request.POST.get("campaign_code", "").replace("\0", "")[:40]
    job = errands.start_checking(order_request, campaign_code=code, actor=request.user)
    return follow(request, job)


@staff_page(Permission.SEND_ORDERS)
@require_POST
def request_repeat(request: OrganizationRequest, pk: int, request_pk: int) -> HttpResponse:
    order_request = _request_or_404(campaign_or_404(pk), request_pk)
    return follow(request, errands.start_repeating(order_request, actor=request.user))
