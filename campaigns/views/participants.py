"""The pages of a campaign's participants."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from campaigns.forms import ParticipantsForm
from campaigns.models import Campaign, Participant
from campaigns.queries import accounts_to_pick, participants_page
from campaigns.services.campaigns import add_participants, remove_participants
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address, campaign_or_404, campaign_page
from crm.models import SocialAccount
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tiktok.queries import is_released
from ui.bidi import isolated
from ui.keys import key_in
from ui.undoing import say_done

PROFILE = "profile"  # where an act on the timeline leads back to


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


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def participant_remove(request: OrganizationRequest, pk: int, campaign_pk: int) -> HttpResponse:
    """Let an account of an influencer take part no longer; one with orders or posts in the campaign stays."""
    campaign, account = campaign_or_404(campaign_pk), _account(request, pk)
    rows = Participant.objects.filter(campaign=campaign, account=account)
    if remove_participants(campaign, rows, actor=request.user):
        said = f"{isolated(account)} is removed from “{isolated(campaign)}”."
        _say_done(request, said, "participant_restore", campaign, account)
    elif rows.exists():
        reason = "there are orders or posts of this account in it"
        messages.error(request, f"{isolated(account)} stays in the campaign: {reason}.")
    return _back(request, campaign, account)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def participant_restore(request: OrganizationRequest, pk: int, campaign_pk: int) -> HttpResponse:
    """Let an account of an influencer take part again."""
    campaign, account = campaign_or_404(campaign_pk), _account(request, pk)
    if add_participants(campaign, [account], actor=request.user):
        said = f"{isolated(account)} takes part in “{isolated(campaign)}” again."
        _say_done(request, said, "participant_remove", campaign, account)
    return _back(request, campaign, account)


def _account(request: OrganizationRequest, influencer_pk: int) -> SocialAccount:
    key = key_in(request.POST.get("account", "")) or 0
    return get_object_or_404(SocialAccount, pk=key, influencer=influencer_pk)


def _say_done(
    request: OrganizationRequest, text: str, undo: str, campaign: Campaign, account: SocialAccount
) -> None:
    fields = {"account": account.pk, "back": request.POST.get("back", "")}
    say_done(request, text, address(request, undo, account.influencer_id, campaign.pk), **fields)


def _back(request: OrganizationRequest, campaign: Campaign, account: SocialAccount) -> HttpResponse:
    if request.POST.get("back") == PROFILE:
        return redirect("crm:influencer", request.organization.slug, account.influencer_id)
    return redirect(address(request, "participants", campaign.pk))
