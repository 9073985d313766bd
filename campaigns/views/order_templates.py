"""Templates beside the form of a new order: one is used, saved or deleted, and what was typed stays."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from campaigns.errors import OrderNotValid
from campaigns.forms import OrderForm
from campaigns.models import Campaign, OrderTemplate
from campaigns.services.orders.templates import (
    NAME_FIELD,
    delete_template,
    removal_of_template,
    save_template,
    values_of,
)
from campaigns.views.frame import address, campaign_or_404
from crm.views.removals import bring_back
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.bidi import isolated
from ui.keys import key_in
from ui.undoing import say_done

USE, SAVE, DELETE = TEMPLATE_STEPS = ("use_template", "save_template", "delete_template")
KEPT = ("description", "video_count", "spark_days", "due_on")


def template_step(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, step: str
) -> dict[str, Any] | None:
    """Do what a button beside the templates asks for. Returns the values that the form takes; None: it says what is wrong."""
    if step == SAVE:
        return {} if _is_saved(request, form) else None
    key = key_in(request.POST.get("template", ""))
    template = OrderTemplate.objects.filter(pk=key).first() if key is not None else None
    if template is None:
        messages.info(request, "Choose a template first.")
        return {}
    if step == USE:
        return _used(request, form, template)
    removal = delete_template(template, actor=request.user)
    said = f"The template “{isolated(template)}” is deleted. Orders stay as they are."
    say_done(request, said, address(request, "order_template_restore", campaign.pk, removal.pk))
    return {}


def _used(request: OrganizationRequest, form: OrderForm, template: OrderTemplate) -> dict[str, Any]:
    values = values_of(template)
    offered = {int(days) for days, _ in form.fields["spark_days"].choices}  # type: ignore[attr-defined]
    if template.spark_days not in offered:
        values["spark_days"] = 0
        said = f"The template asks for Spark Ads for {template.spark_days} days, which TikTok does not take here."
        messages.warning(request, f"{said} Choose another number of days.")
    return values


def _is_saved(request: OrganizationRequest, form: OrderForm) -> bool:
    """Is what the form asks for kept as a template? Otherwise the form says why not."""
    form.is_valid()
    for name in set(form.errors) - set(KEPT):
        del form.errors[name]  # what it lacks to be sent, a template does not need
    if form.errors:
        return False
    name = request.POST.get(NAME_FIELD, "").replace("\0", "").strip()
    try:
        saved = save_template(
            name, **{key: form.cleaned_data[key] for key in KEPT}, actor=request.user
        )
    except OrderNotValid as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, f"The template “{isolated(saved)}” is saved.")
    return True


@staff_page(Permission.SEND_ORDERS)
@require_POST
def order_template_restore(request: OrganizationRequest, pk: int, removal_pk: int) -> HttpResponse:
    """Bring a deleted template back."""
    campaign = campaign_or_404(pk)
    bring_back(request, removal_of_template(removal_pk))
    return redirect(address(request, "order_new", campaign.pk))
