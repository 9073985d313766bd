"""The pages of a campaign's participants."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from campaigns.forms import ParticipantsForm
from campaigns.queries import accounts_to_pick, participants_page
from campaigns.services.campaigns import add_participants
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.queries import is_released


@staff_page(Permission.READ)
def participant_list(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    page = participants_page(campaign, request.GET.get("cursor"), released=is_released())
    return campaign_page(request, campaign, "participants/list.html", {"page": page})


@staff_page(Permission.EDIT_CAMPAIGNS)
def participants_add(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    form = ParticipantsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        count = add_participants(campaign, form.cleaned_data["accounts"], actor=request.user)
        messages.success(request, f"{count} {'account' if count == 1 else 'accounts'} added.")
        return redirect(address(request, "participants", campaign.pk))
    search = request.GET.get("search", "")
    rows = accounts_to_pick(campaign, chosen=[], search=search, tiktok_only=False)
    context = {
        "form": form,
        "rows": [row for row in rows if not row.takes_part],
        "search": search,
    }
    status = REFUSED if form.is_bound and form.errors else 200
    return campaign_page(request, campaign, "participants/add.html", context, status=status)
