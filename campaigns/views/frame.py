"""Shared parts of the pages of one campaign: finding it, its tabs, a page of a list."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.queries import campaign_with_counts
from tenancy.access import OrganizationRequest
from tenancy.enums import Permission
from tenancy.policies import can


def campaign_or_404(pk: int) -> Campaign:
    """The campaign of the organization in scope; a foreign one answers as an absent one."""
    campaign = campaign_with_counts(pk)
    if campaign is None:
        raise Http404("No such campaign.")
    return campaign


def address(request: OrganizationRequest, name: str, *parts: object) -> str:
    """Address of a page of ours in the request's organization."""
    return reverse(f"campaigns:{name}", args=[request.organization.slug, *parts])


TABS = ("campaign", "published_posts", "all_posts", "participants")  # the first holds the orders


def tab_in(request: OrganizationRequest) -> str:
    """The tab that a form was sent from."""
    tab = request.POST.get("tab", "")
    return tab if tab in TABS else TABS[0]


def tabs(request: OrganizationRequest, campaign: Any) -> list[dict[str, object]]:
    words = (
        ("Orders", "package", campaign.order_count),
        ("Published Posts", "video", campaign.published_count),
        ("All Posts", "list", None),
        ("Influencers", "users", campaign.participant_count),
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


def campaign_page(
    request: OrganizationRequest,
    campaign: Campaign,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page inside the campaign's frame."""
    frame = {"campaign": campaign, "tabs": tabs(request, campaign), **rights(request)}
    return render(request, f"staff/campaigns/{template}", {**frame, **context}, status=status)
