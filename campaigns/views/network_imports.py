"""An import of posts inside its campaign: every step of it, and the accounts that its rows miss."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from campaigns.errors import CampaignProblem
from campaigns.models import Campaign
from campaigns.services.networks.imports.accounts import add_missing_account, missing_accounts
from campaigns.services.networks.imports.subject import POSTS
from campaigns.views.frame import address, campaign_or_404, campaign_page
from crm.enums import ImportStage
from crm.errors import TableRefused
from crm.models import Import, Influencer
from crm.services.influencers import group_of_new
from crm.views.imports.pages import answer_import, found_import
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from ui.bidi import isolated
from ui.keys import key_in

MOST_CREATORS = 200


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_safe
def network_import_page(request: OrganizationRequest, pk: int, import_pk: int) -> HttpResponse:
    """An import at whichever stage it is."""
    campaign = campaign_or_404(pk)
    parent = _import_of(request, campaign, import_pk)

    def rendered(context: dict[str, Any]) -> HttpResponse:
        shown = {**context, "live": None, "import_live": context["live"], **_missing(request, campaign, parent)}  # fmt: skip
        return campaign_page(request, campaign, "networks/import_page.html", shown)

    return answer_import(request, parent, rendered)


@staff_page(Permission.EDIT_CAMPAIGNS)
@require_POST
def network_import_account(request: OrganizationRequest, pk: int, import_pk: int) -> HttpResponse:
    """Add an account that rows name: to one of the campaign's creators, or to a new one."""
    campaign = campaign_or_404(pk)
    parent = _import_of(request, campaign, import_pk)
    wanted = request.POST.get("account", "")
    missing = next((each for each in missing_accounts(parent) if each.key == wanted), None)
    owner = key_in(request.POST.get("influencer", ""))
    influencer = _creators(campaign).filter(pk=owner).first() if owner else None
    if missing is None:
        messages.info(request, "This account is no longer missing in the file.")
        return redirect(address(request, "network_import_page", campaign.pk, parent.pk))
    if owner and influencer is None:
        raise Http404("No such creator.")
    if missing.account is None and not can(request.membership, Permission.EDIT_INFLUENCERS):
        raise Http404("No such account.")
    try:
        add_missing_account(
            campaign, parent, missing, influencer=influencer, group_id=group_of_new(), actor=request.user
        )  # fmt: skip
    except (CampaignProblem, TableRefused) as refused:
        messages.error(request, str(refused))
    else:
        said = f"{isolated(missing.name)} takes part now. The file is looked through again."
        messages.success(request, said)
    return redirect(address(request, "network_import_page", campaign.pk, parent.pk))


def _import_of(request: OrganizationRequest, campaign: Campaign, import_pk: int) -> Import:
    parent = found_import(request, import_pk)
    if parent.about != POSTS or parent.context.get("campaign") != campaign.pk:
        raise Http404("This campaign has no such import.")
    return parent


def _missing(request: OrganizationRequest, campaign: Campaign, parent: Import) -> dict[str, Any]:
    is_open = parent.stage == ImportStage.PREVIEW and not parent.is_running
    found = missing_accounts(parent) if is_open else []
    creators = list(_creators(campaign)[: MOST_CREATORS + 1]) if found else []
    return {
        "missing": found,
        "may_add": can(request.membership, Permission.EDIT_INFLUENCERS),
        "creators": creators[:MOST_CREATORS],
        "has_more_creators": len(creators) > MOST_CREATORS,
    }


def _creators(campaign: Campaign) -> Any:
    rows = Influencer.objects.filter(accounts__participations__campaign=campaign)
    return rows.order_by("name", "pk").distinct()
