"""The list of campaigns; making and changing one."""

from __future__ import annotations

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
from ui.submitting import is_sent, sent_token

REFUSED = 422


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
    if is_sent(request, form):
        token = sent_token(request)
        campaign = create_campaign(**form.cleaned_data, actor=request.user, token=token)
        messages.success(request, "The campaign is created. Send the first order.")
        return redirect(address(request, "campaign", campaign.pk))
    back = address(request, "list")
    context = {"form": form, "back": back, "back_label": "Campaigns"}
    return render(request, "staff/campaigns/campaigns/form.html", context, status=_status(form))


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
