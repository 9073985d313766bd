"""The way to new orders: pick and describe, preview, send. Nothing is kept before they are sent but in the form itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from csp.decorators import csp_update
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from campaigns.errors import OrderNotValid
from campaigns.forms import AddressesForm, OrderForm
from campaigns.models import Campaign, Order, OrderRequest
from campaigns.policies import PLACES_PER_CODE
from campaigns.queries import accounts_to_pick, accounts_with_open_order
from campaigns.services.orders.invitations import preview_invitation
from campaigns.services.orders.requests import request_orders
from campaigns.services.orders.sending import send_order_request
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page
from crm.errors import CrmProblem
from crm.models import SocialAccount
from jobs.services.at_once import do_at_once
from mail.services.previewing import Preview, refusals
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.errors import TikTokProblem
from tiktok.queries import current_pause, marketplace_account
from tiktok.services.brands.abilities import capabilities
from ui.submitting import MAY_BE_DOUBLED, sent_token

CODE_TO_COME = "•••-•••"


# A previewed mail brings the styles of its elements along.
@csp_update({"style-src-attr": ["'unsafe-inline'"]})
@staff_page(Permission.SEND_ORDERS)
def order_new(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    if request.method != "POST":
        initial = {"brand_name": campaign.client, "accounts": request.GET.getlist("account")}
        return _order_form(request, campaign, _form(initial=initial))
    form = _form(request.POST)
    step = request.POST.get("step", "preview")
    if step in {"edit", "search"}:
        form = _form(initial=_typed(form))
        return _order_form(request, campaign, form)
    if not form.is_valid():
        return _order_form(request, campaign, form, status=REFUSED)
    addresses = AddressesForm(form.cleaned_data["accounts"], request.POST)
    if step == "send" and addresses.is_valid():
        return _send(request, campaign, form, addresses)
    return _preview(request, campaign, form, addresses)


def _form(*args: Any, **kwargs: Any) -> OrderForm:
    """The form with the limits of the account that the orders go through."""
    offers = capabilities(marketplace_account())
    return OrderForm(*args, longest_description=offers.description_length, **kwargs)


def _typed(form: OrderForm) -> dict[str, Any]:
    """The values typed so far, to be shown again without errors."""
    names = ("brand_name", "description", "video_count")
    return {"accounts": form.chosen, **{name: form.data.get(name, "") for name in names}}


def _order_form(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, *, status: int = 200
) -> HttpResponse:
    search = request.POST.get("search", "")
    context = {
        "form": form,
        "chosen": set(form.chosen),
        "search": search,
        "rows": accounts_to_pick(campaign, chosen=form.chosen, search=search),
        "typed_addresses": _typed_addresses(request),
    }
    return campaign_page(request, campaign, "orders/new.html", context, status=status)


def _typed_addresses(request: OrganizationRequest) -> list[tuple[str, str]]:
    """The addresses typed beside the preview, kept while somebody goes back."""
    return [(name, request.POST[name]) for name in request.POST if name.startswith("email-")]


@staff_page(Permission.SEND_ORDERS)
@require_POST
def account_picker(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The list of accounts for a search, with those already ticked on top."""
    campaign, form = campaign_or_404(pk), _form(request.POST)
    search = request.POST.get("search", "")
    rows = accounts_to_pick(campaign, chosen=form.chosen, search=search)
    context = {"rows": rows, "chosen": set(form.chosen), "search": search}
    return render(request, "staff/campaigns/participants/account_rows.html", context)


# --- preview --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Recipient:
    """A creator of a new order: the address of the invitation, the field for one where none is known, or why it gets none."""

    account: SocialAccount
    address: str
    field: BoundField | None
    refusal: str
    has_open_order: bool

    @property
    def is_mailed(self) -> bool:
        return bool(self.address) and not self.refusal


def _preview(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, addresses: AddressesForm
) -> HttpResponse:
    is_wrong = not addresses.is_valid()
    recipients = _recipients(campaign, list(form.cleaned_data["accounts"]), addresses)
    nth = _shown(request, recipients)
    through = marketplace_account()
    context = {
        "form": form,
        "addresses": addresses,
        "recipients": recipients,
        "shown": recipients[nth],
        "nth": nth + 1,
        "earlier": recipients[nth - 1] if nth else None,
        "later": recipients[nth + 1] if nth + 1 < len(recipients) else None,
        "mail": _mail(request, campaign, form, recipients[nth]),
        "mailed_count": sum(each.is_mailed for each in recipients),
        "by_hand_count": sum(not each.is_mailed for each in recipients),
        "open_count": sum(each.has_open_order for each in recipients),
        "places": PLACES_PER_CODE if capabilities(through).has_campaign_codes else None,
        "pause": current_pause(),
        "is_connected": through is not None,
    }
    is_refused = is_wrong and request.POST.get("step") == "send"
    status = REFUSED if is_refused else 200
    return campaign_page(request, campaign, "orders/preview.html", context, status=status)


def _recipients(
    campaign: Campaign, accounts: list[SocialAccount], form: AddressesForm
) -> list[Recipient]:
    with_order = accounts_with_open_order(campaign, accounts)
    entered = form.addresses
    known = {
        each.influencer_id: each.influencer.email or entered.get(each.influencer_id, "")
        for each in accounts
    }
    unwanted = refusals(known.values(), is_bulk=True)
    return [
        Recipient(
            account,
            address=known[account.influencer_id],
            field=form[form.name_of(account.influencer)]
            if account.influencer_id in form.influencers
            else None,
            refusal=unwanted.get(known[account.influencer_id], ""),
            has_open_order=account.pk in with_order,
        )
        for account in accounts
    ]


def _shown(request: OrganizationRequest, recipients: list[Recipient]) -> int:
    """The place of the creator whose mail is shown: the one asked for, else the first."""
    places = {str(each.account.pk): nth for nth, each in enumerate(recipients)}
    return places.get(request.POST.get("shown", ""), 0)


def _mail(
    request: OrganizationRequest, campaign: Campaign, form: OrderForm, recipient: Recipient
) -> Preview:
    given = form.cleaned_data
    has_code = capabilities(marketplace_account()).has_campaign_codes
    order = Order(
        account=recipient.account,
        request=OrderRequest(brand_name=given["brand_name"], description=given["description"]),
        video_limit=given["video_count"],
        campaign_code=CODE_TO_COME if has_code else "",
    )
    return preview_invitation(order, request.organization, to=recipient.address)


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
            token=token,
            addresses=addresses.addresses,
            actor=request.user,
        )
    except (OrderNotValid, CrmProblem, TikTokProblem) as problem:
        form.add_error(getattr(problem, "field", None), str(problem))
        return _order_form(request, campaign, form, status=REFUSED)
    do_at_once(partial(send_order_request, order_request))
    return redirect(address(request, "request", campaign.pk, order_request.pk))
