"""Many orders at once: a preview says what is done with each, and a job does it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from campaigns.forms import DraftDueForm, NewDueForm
from campaigns.queries.order_list import MOST_CHOSEN, Asked, asked_orders, chosen_orders
from campaigns.services.order_bulk import (
    ACTIONS,
    BULK,
    DRAFT,
    DUE,
    UNDONE_BY,
    changed_by,
    preview,
    start_bulk,
)
from campaigns.views.frame import address, campaign_or_404, campaign_page
from jobs.models import Job
from jobs.views import follow
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.keys import key_in

DATES = {DRAFT: DraftDueForm, DUE: NewDueForm}  # of the actions that take a day


@staff_page(Permission.SEND_ORDERS)
def orders_bulk(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Preview an action for the orders that are ticked, or that a narrowed list has: `?ids=` or the list's own address."""
    campaign = campaign_or_404(pk)
    given = request.POST if request.method == "POST" else request.GET
    action = given.get("do", "")
    ids = [key for each in given.getlist("ids")[:MOST_CHOSEN] if (key := key_in(each)) is not None]
    if request.method != "POST" and not ids:
        ids = asked_orders(campaign, Asked.of(given))
    orders = chosen_orders(campaign, ids[:MOST_CHOSEN])
    if not orders or action not in ACTIONS:
        messages.info(request, "Select some orders first.")
        return redirect(address(request, "orders", campaign.pk))
    form = None
    if action in DATES:
        form = DATES[action](given if request.method == "POST" else None, auto_id="bulk-%s")
    if request.method == "POST":
        if form is None or form.is_valid():
            more: dict[str, Any] = {
                "reason": given.get("reason", "").replace("\0", "").strip()[:300],
                "due_on": form.cleaned_data["due_on"] if form else None,
            }
            return follow(request, start_bulk(campaign, orders, action, **more, actor=request.user))
        messages.error(request, f"{form.errors['due_on'][0]} Nothing was done.")
    rows = preview(orders, action)
    context = {
        "rows": rows,
        "key": action,
        "action": ACTIONS[action],
        "form": form,
        "possible": sum(not row.refusal for row in rows),
        "most": MOST_CHOSEN if len(ids) > MOST_CHOSEN else 0,
    }
    return campaign_page(request, campaign, "orders/bulk.html", context)


@staff_page(Permission.SEND_ORDERS)
@require_POST
def orders_bulk_undo(request: OrganizationRequest, pk: int, job_pk: int) -> HttpResponse:
    """Undo what a job has done: restore the orders it has cancelled, give back the dates it has changed. Those that somebody
    changed since stay as they are."""
    campaign = campaign_or_404(pk)
    undoable = Job.objects.filter(kind=BULK, params__campaign=campaign.pk)
    job = get_object_or_404(undoable, pk=job_pk, params__action__in=[*UNDONE_BY])
    if orders := changed_by(job):
        undoing = UNDONE_BY[job.params["action"]]
        undo = start_bulk(campaign, orders, undoing, undoes=job, actor=request.user)
        return follow(request, undo)
    messages.info(request, "Nothing was undone: the orders have changed since.")
    return redirect(address(request, "orders", campaign.pk))
