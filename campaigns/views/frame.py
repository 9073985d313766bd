"""Shared parts of the pages of one campaign: finding it, its tabs, a page of a list."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from campaigns.enums import CampaignState
from campaigns.forms import market_names
from campaigns.models import Campaign
from campaigns.queries import campaign_with_counts, money_of, planned_of
from tenancy.access import OrganizationRequest
from tenancy.enums import Permission
from tenancy.policies import can
from tenancy.recent import remember


def campaign_or_404(pk: int) -> Campaign:
    """The campaign of the organization in scope; a foreign one answers as an absent one."""
    campaign = campaign_with_counts(pk)
    if campaign is None:
        raise Http404("No such campaign.")
    return campaign


def address(request: OrganizationRequest, name: str, *parts: object) -> str:
    """Address of a page of ours in the request's organization."""
    return reverse(f"campaigns:{name}", args=[request.organization.slug, *parts])


TABS = (
    "campaign",
    "participants",
    "orders",
    "published_posts",
    "network_posts",
    "all_posts",
    "reviews",
    "report",
    "settings",
)  # the first is the overview


def tab_in(request: OrganizationRequest) -> str:
    """The tab that a form was sent from."""
    tab = request.POST.get("tab", "")
    return tab if tab in TABS else TABS[0]


def tabs(request: OrganizationRequest, campaign: Any) -> list[dict[str, object]]:
    words = (
        ("Overview", "chart-line", None),
        ("Influencers", "users", campaign.participant_count),
        ("Orders", "package", campaign.order_count),
        ("Published Posts", "video", campaign.published_count),
        ("Posts", "world", campaign.listed_count),
        ("All Posts", "list", None),
        ("Review", "eye", None),
        ("Report", "chart-bar", None),
        ("Settings", "settings", None),
    )
    return [
        {
            "label": label,
            "href": address(request, name, campaign.pk),
            "icon": icon,
            "count": count,
        }
        for name, (label, icon, count) in zip(TABS, words, strict=True)
    ]


def rights(request: OrganizationRequest) -> dict[str, bool]:
    """The actions that a page offers to this member."""
    return {
        "may_edit": can(request.membership, Permission.EDIT_CAMPAIGNS),
        "may_send": can(request.membership, Permission.SEND_ORDERS),
    }


def sees_money(request: OrganizationRequest) -> bool:
    """May the member see the budget, fees and costs of campaigns?"""
    return can(request.membership, Permission.SEE_MONEY)


def plan(request: OrganizationRequest, campaign: Campaign) -> dict[str, Any]:
    """The plan of a campaign as far as the member may see it; `money` is None for those who may not."""
    is_shown = sees_money(request)
    return {
        "money": money_of(campaign) if is_shown else None,
        "planned": planned_of(campaign, sees_money=is_shown),
        "markets": market_names(campaign.markets),
        "brief_files": campaign.brief_files.select_related("file").order_by("pk"),
    }


def campaign_page(
    request: OrganizationRequest,
    campaign: Campaign,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page inside the campaign's frame."""
    remember(request, "campaign", campaign.pk)
    may = rights(request)
    may["may_order"] = may["may_send"] and campaign.state != CampaignState.ARCHIVED
    frame = {"campaign": campaign, "tabs": tabs(request, campaign), **may}
    return render(request, f"staff/campaigns/{template}", {**frame, **context}, status=status)
