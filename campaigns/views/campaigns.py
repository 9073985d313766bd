"""Making, changing and copying a campaign."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from campaigns.forms import CampaignEditForm, CampaignForm, stored_plan
from campaigns.models import Campaign
from campaigns.services.campaigns import create_campaign, duplicate_campaign, update_campaign
from campaigns.views.frame import address, campaign_or_404, campaign_page, plan
from crm.queries import member_choices
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.editing import editing
from ui.submitting import is_sent, say_made, sent_token

REFUSED = 422


@staff_page(Permission.EDIT_CAMPAIGNS)
def campaign_new(request: OrganizationRequest) -> HttpResponse:
    form = CampaignForm(
        request.POST if request.method == "POST" else None,
        initial={"starts_on": timezone.now().date()},
        members=member_choices(),
    )
    if is_sent(request, form):
        campaign = create_campaign(**form.facts, actor=request.user, token=sent_token(request))
        messages.success(request, "The campaign is created. Send the first order.")
        return redirect(address(request, "campaign", campaign.pk))
    context = {"form": form, "back": address(request, "list")}
    return render(request, "staff/campaigns/campaigns/form.html", context, status=_status(form))


@staff_page(Permission.READ)
@require_safe
def campaign_settings(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The plan of a campaign: to be read, or to be changed by those who may."""
    campaign = campaign_or_404(pk)
    if can(request.membership, Permission.EDIT_CAMPAIGNS):
        return _settings(request, campaign, _edit_form(request, campaign))
    return campaign_page(request, campaign, "campaigns/plan.html", plan(request, campaign))


@staff_page(Permission.EDIT_CAMPAIGNS)
def campaign_edit(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    with editing(request, campaign) as stored:
        form = _edit_form(request, stored)
        is_saved = request.method == "POST" and form.is_valid()
        if is_saved:
            update_campaign(stored, **form.facts, actor=request.user)
    if is_saved:
        messages.success(request, "The campaign is saved.")
        return redirect(address(request, "settings", campaign.pk))
    return _settings(request, campaign, form)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def campaign_duplicate(request: OrganizationRequest, pk: int) -> HttpResponse:
    campaign = campaign_or_404(pk)
    copy = partial(duplicate_campaign, campaign, actor=request.user)
    made = make_once(sent_token(request), copy, actor=request.user)
    said = (
        f"“{isolated(campaign)}” is duplicated: client, dates, plan, brief with its files, and its influencers with their fees. "
        "Orders, posts, states and due dates are not copied."
    )
    say_made(request, said, is_first=made.is_first)
    return redirect(address(request, "settings", made.pk))


def _edit_form(request: OrganizationRequest, campaign: Campaign) -> CampaignEditForm:
    data = request.POST if request.method == "POST" else None
    return CampaignEditForm(data, initial=stored_plan(campaign), members=member_choices())


def _settings(
    request: OrganizationRequest, campaign: Campaign, form: CampaignEditForm
) -> HttpResponse:
    context = {"form": form, **plan(request, campaign)}
    return campaign_page(
        request, campaign, "campaigns/settings.html", context, status=_status(form)
    )


def _status(form: CampaignForm) -> int:
    return REFUSED if form.is_bound and form.errors else 200
