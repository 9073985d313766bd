"""The list of campaigns; making and changing one."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from campaigns.forms import CampaignEditForm, CampaignForm
from campaigns.queries import campaigns_page
from campaigns.services.campaigns import create_campaign, update_campaign
from campaigns.views.frame import address, campaign_or_404, rights
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from ui.editing import editing

REFUSED = 422
MAY_BE_DOUBLED = "This form came without its token, so nothing was done: it could have been done twice. Check it and send it again."


@staff_page(Permission.READ)
def campaign_list(request: OrganizationRequest) -> HttpResponse:
    page = campaigns_page(request.GET.get("cursor"))
    return render(request, "staff/campaigns/campaigns/list.html", {"page": page, **rights(request)})


@staff_page(Permission.EDIT_CAMPAIGNS)
def campaign_new(request: OrganizationRequest) -> HttpResponse:
    form = CampaignForm(
        request.POST if request.method == "POST" else None,
        initial={"starts_on": timezone.now().date()},
    )
    token = sent_token(request)
    if request.method == "POST" and not token:
        form.add_error(None, MAY_BE_DOUBLED)
    if request.method == "POST" and form.is_valid():
        campaign = create_campaign(**form.cleaned_data, actor=request.user, token=token)
        messages.success(request, "The campaign is created. Send the first order.")
        return redirect(address(request, "campaign", campaign.pk))
    back = address(request, "list")
    context = {"form": form, "back": back, "back_label": "Campaigns", "token": token or new_token()}
    return render(request, "staff/campaigns/campaigns/form.html", context, status=_status(form))


def new_token() -> str:
    """A name for one submission of a form: sent twice, it has one effect."""
    return secrets.token_urlsafe(24)


def sent_token(request: OrganizationRequest) -> str:
    """The submission's token; empty when the form came without one."""
    return request.POST.get("token", "").replace("\0", "")[:64]


@staff_page(Permission.EDIT_CAMPAIGNS)
def campaign_edit(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    names = ("client", "name", "starts_on", "ends_on", "state")
    with editing(request, campaign) as stored:
        form = CampaignEditForm(
            request.POST if request.method == "POST" else None,
            initial={name: getattr(stored, name) for name in names},
        )
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            update_campaign(stored, **form.cleaned_data, actor=request.user)
    if is_saved:
        messages.success(request, "The campaign is saved.")
        return redirect(address(request, "campaign", campaign.pk))
    context = {
        "form": form,
        "campaign": campaign,
        "back": address(request, "campaign", campaign.pk),
        "back_label": campaign.name,
    }
    return render(request, "staff/campaigns/campaigns/form.html", context, status=_status(form))


def _status(form: CampaignForm) -> int:
    return REFUSED if form.is_bound and form.errors else 200
