"""The way to new orders: pick and describe, preview, send. Nothing is kept before they are sent but in the form itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from campaigns.enums import CampaignState
from campaigns.errors import CampaignArchived, CampaignProblem
from campaigns.forms import AddressesForm, OrderForm
from campaigns.models import Campaign, Order, OrderRequest, OrderTemplate
from campaigns.policies.orders import PLACES_PER_CODE
from campaigns.queries import accounts_to_pick, request_with_orders
from campaigns.queries.accounts import without_order
from campaigns.queries.migration_people import accounts_waiting
from campaigns.queries.order_dates import common_due_date
from campaigns.services.orders.contact.invitations import preview_invitation, send_test
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_submission
from campaigns.services.orders.templates import NAME_FIELD
from campaigns.services.orders.terms import (
    TERMS,
    check_addition,
    check_order,
    places_taken,
    refuse_archived,
    through_market,
    why_none_added,
)
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page
from campaigns.views.order_recipients import Recipient, parts_of, recipients_of
from campaigns.views.order_templates import SAVE, TEMPLATE_STEPS, template_step
from crm.errors import CrmProblem
from jobs.services.at_once import do_at_once
from mail.errors import MailProblem
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.errors import TikTokProblem
from tiktok.queries import current_pause, marketplace_account
from tiktok.services.brands.abilities import capabilities
from ui.keys import key_in
from ui.submitting import MAY_BE_DOUBLED, sent_token

CODE_TO_COME = "•••-•••"


# A previewed mail brings the styles of its elements along.
@csp_update({"style-src-attr": ["'unsafe-inline'"]})
@staff_page(Permission.SEND_ORDERS)
def order_new(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    earlier = _earlier(request, campaign)
    if request.method != "POST":
        return _first_form(request, campaign, earlier)
    form = _form(earlier, request.POST)
    step = request.POST.get("step", "preview")
    if step in TEMPLATE_STEPS and not earlier:
        return _with_template(request, campaign, form, step)
    if step in {"edit", "search", "everybody"}:
        typed = _typed(form)
        if step == "everybody":
            typed["accounts"] = [*{*typed["accounts"], *without_order(campaign)}]
        form = _form(earlier, initial=typed)
        return _order_form(request, campaign, form)
    if not form.is_valid() or not _is_taken(campaign, form, step):
        return _order_form(request, campaign, form, status=REFUSED)
    addresses = AddressesForm(form.cleaned_data["accounts"], request.POST)
    if step == "send" and addresses.is_valid():
        return _send(request, campaign, form, addresses)
    return _preview(request, campaign, form, addresses)


def _first_form(
    request: OrganizationRequest, campaign: Campaign, earlier: OrderRequest | None
) -> HttpResponse:
    if campaign.state == CampaignState.ARCHIVED:
        messages.error(request, str(CampaignArchived()))
        return redirect(address(request, "settings", campaign.pk))
    first = _first_values(request, campaign)
    return _order_form(request, campaign, _form(earlier, initial=first))


def _with_template(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, step: str
) -> HttpResponse:
    """Fill the form in by a template, keep what it asks for as one, or delete one; all else that was typed stays."""
    values = template_step(request, campaign, form, step)
    if values is None:
        return _order_form(request, campaign, form, status=REFUSED)
    return _order_form(request, campaign, _form(None, initial={**_typed(form), **values}))


def _earlier(request: OrganizationRequest, campaign: Campaign) -> OrderRequest | None:
    """The request that creators are to be added to; None for a new order."""
    asked = request.POST.get("adds_to") or request.GET.get("adds_to")
    if not asked:
        return None
    key = key_in(asked)
    found = request_with_orders(campaign, key) if key is not None else None
    if found is None:
        raise Http404("No such request.")
    return found.origin


def _form(earlier: OrderRequest | None, *args: Any, **kwargs: Any) -> OrderForm:
    """The form with the limits of the account that the orders go through."""
    account = earlier.marketplace_account if earlier else marketplace_account()
    offers = capabilities(account)
    return OrderForm(
        *args,
        longest_description=offers.description_length,
        spark_days=offers.spark_days,
        adds_to=earlier,
        **kwargs,
    )


def _first_values(request: OrganizationRequest, campaign: Campaign) -> dict[str, Any]:
    chosen = request.GET.getlist("account")
    if "hidden_posts" in request.GET:  # of the old source: an order brings them back
        chosen = [str(pk) for pk in accounts_waiting(campaign)]
    ids = [key for each in chosen if (key := key_in(each)) is not None]
    return {
        "brand_name": campaign.client,
        "accounts": chosen,
        "due_on": common_due_date(campaign, ids),
    }


def _is_taken(campaign: Campaign, form: OrderForm, step: str) -> bool:
    """Is the campaign under way, and do the marketplace accounts take what is asked for, in which markets the creators are? Else the form says why not."""
    given = form.cleaned_data
    try:
        refuse_archived(campaign)
        if form.adds_to and step != "send":  # what is sent is checked as it is written down
            check_addition(form.adds_to, given["accounts"])
        markets = through_market(form.adds_to, given["accounts"], form.wanted_market)
        check_order(markets, **{name: given[name] for name in TERMS})
    except CampaignProblem as problem:
        form.add_error(getattr(problem, "field", None), str(problem))
    return form.is_valid()


def _typed(form: OrderForm) -> dict[str, Any]:
    """The values typed so far, to be shown again without errors."""
    names = (*TERMS, "due_on", "market")
    return {"accounts": form.chosen, **{name: form.data.get(name, "") for name in names}}


def _order_form(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, *, status: int = 200
) -> HttpResponse:
    search, step = request.POST.get("search", ""), request.POST.get("step", "")
    context = {
        "form": form,
        "everybody_count": len({*without_order(campaign)} - {*form.chosen}),
        "why_not": form.adds_to and why_none_added(form.adds_to),
        "chosen": set(form.chosen),
        "search": search,
        "rows": accounts_to_pick(campaign, chosen=form.chosen, search=search),
        "typed_addresses": _typed_addresses(request),
        "templates": [] if form.adds_to else OrderTemplate.objects.order_by("name"),
        "template": key_in(request.POST.get("template", "")),
        "template_name": ""
        if step == SAVE and not form.errors
        else request.POST.get(NAME_FIELD, ""),
    }
    return campaign_page(request, campaign, "orders/new.html", context, status=status)


def _typed_addresses(request: OrganizationRequest) -> list[tuple[str, str]]:
    """The addresses typed beside the preview, kept while somebody goes back."""
    return [(name, request.POST[name]) for name in request.POST if name.startswith("email-")]


@staff_page(Permission.SEND_ORDERS)
@require_POST
def account_picker(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The list of accounts for a search, with those already ticked on top."""
    campaign = campaign_or_404(pk)
    form = _form(None, request.POST)
    search = request.POST.get("search", "")
    rows = accounts_to_pick(campaign, chosen=form.chosen, search=search)
    context = {"rows": rows, "chosen": set(form.chosen), "search": search}
    return render(request, "staff/campaigns/participants/account_rows.html", context)


# --- preview --------------------------------------------------------------------------------------------------------
def _preview(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, addresses: AddressesForm
) -> HttpResponse:
    is_wrong = not addresses.is_valid()
    recipients = recipients_of(campaign, form, addresses)
    nth = _shown(request, recipients)
    order = _order_of(form, recipients[nth])
    if "test" in request.POST:
        _send_test(request, order)
    parts = parts_of(recipients)
    context = {
        "form": form,
        "addresses": addresses,
        "recipients": recipients,
        "shown": recipients[nth],
        "nth": nth + 1,
        "earlier": recipients[nth - 1] if nth else None,
        "later": recipients[nth + 1] if nth + 1 < len(recipients) else None,
        "mail": preview_invitation(order, request.organization, to=recipients[nth].address),
        "mailed_count": sum(each.is_mailed for each in recipients),
        "by_hand_count": sum(not each.is_mailed for each in recipients),
        "outside_count": sum(each.is_outside for each in recipients),
        "unknown_count": sum(each.is_unknown for each in recipients),
        "open_count": sum(each.has_open_order for each in recipients),
        "parts": parts,
        "due_dates": {each.due_on for each in recipients},
        "on_code_before": places_taken(form.adds_to) if form.adds_to else 0,
        "most_on_a_code": max((each.count for each in parts if each.has_codes), default=0),
        "has_code": capabilities(recipients[nth].through).has_campaign_codes,
        "places": PLACES_PER_CODE,
        "pause": current_pause(),
        "is_connected": all(each.through for each in parts),
    }
    is_refused = is_wrong and request.POST.get("step") == "send"
    status = REFUSED if is_refused else 200
    return campaign_page(request, campaign, "orders/preview.html", context, status=status)


def _shown(request: OrganizationRequest, recipients: list[Recipient]) -> int:
    """The place of the creator whose mail is shown: the one asked for, else the first."""
    places = {str(each.account.pk): nth for nth, each in enumerate(recipients)}
    wanted = request.POST.get("test") or request.POST.get("shown", "")
    return places.get(wanted, 0)


def _order_of(form: OrderForm, recipient: Recipient) -> Order:
    """The order that this creator would get, not written down."""
    given = form.cleaned_data
    has_code = capabilities(recipient.through).has_campaign_codes
    code = form.adds_to.campaign_code if form.adds_to else CODE_TO_COME
    return Order(
        account=recipient.account,
        request=OrderRequest(**{name: given[name] for name in TERMS}),
        video_limit=given["video_count"],
        campaign_code=code if has_code else "",
        due_on=recipient.due_on,
    )


def _send_test(request: OrganizationRequest, order: Order) -> None:
    """Send the shown invitation to the member."""
    try:
        send_test(order, request.organization, actor=request.user)
    except MailProblem as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, f"The test is on its way to {request.user.email}.")


def _send(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, addresses: AddressesForm
) -> HttpResponse:
    given, token = dict(form.cleaned_data), sent_token(request)
    if not token:
        form.add_error(None, MAY_BE_DOUBLED)
        return _order_form(request, campaign, form, status=REFUSED)
    try:
        order_request = request_orders(
            campaign,
            list(given.pop("accounts")),
            **given,
            adds_to=form.adds_to,
            token=token,
            addresses=addresses.addresses,
            actor=request.user,
        )
    except (CampaignProblem, CrmProblem, TikTokProblem) as problem:
        form.add_error(getattr(problem, "field", None), str(problem))
        return _order_form(request, campaign, form, status=REFUSED)
    do_at_once(partial(send_submission, order_request))
    return redirect(address(request, "request", campaign.pk, order_request.pk))
