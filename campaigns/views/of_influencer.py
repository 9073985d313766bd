"""The campaigns of an influencer: a part of their profile, and the way into one more."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from campaigns.enums import OrderState
from campaigns.forms import JoinForm
from campaigns.queries.of_influencer import SHOWN, network_posts_of, participations
from campaigns.services.campaigns import add_participants
from campaigns.views.campaigns import REFUSED
from campaigns.views.frame import address
from campaigns.views.participants import PROFILE, latest_change
from crm.models import Influencer
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission
from tenancy.policies import can
from ui.bidi import isolated
from ui.redirects import go_to
from ui.undoing import say_done


@staff_page(Permission.READ)
def influencer_campaigns(request: OrganizationRequest, pk: int) -> HttpResponse:
    """The campaigns of an influencer; htmx puts them into the profile."""
    influencer = get_object_or_404(Influencer, pk=pk)
    rows = list(participations(influencer)[: SHOWN + 1])
    context = {
        "influencer": influencer,
        "rows": [(row, OrderState(row.order_state or OrderState.DRAFT)) for row in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
        "network_posts": network_posts_of(influencer),
        "may_join": can(request.membership, Permission.EDIT_CAMPAIGNS),
    }
    template = "panel" if request.htmx else "page"
    response = render(request, f"staff/campaigns/of_influencer/{template}.html", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@staff_page(Permission.EDIT_CAMPAIGNS)
def influencer_join(request: OrganizationRequest, pk: int) -> HttpResponse:
    """Let an account of an influencer take part in a campaign; said twice, it happens once."""
    influencer = get_object_or_404(Influencer, pk=pk)
    profile = reverse("crm:influencer", args=[request.organization.slug, pk])
    form = JoinForm(request.POST if request.method == "POST" else None, influencer=influencer)
    if not form.is_valid():
        context = {"form": form, "influencer": influencer, "back": profile}
        template = "join_dialog" if request.htmx else "join_page"
        status = REFUSED if form.errors else 200
        name = f"staff/campaigns/of_influencer/{template}.html"
        return render(request, name, context, status=status)
    campaign, account = form.cleaned_data["campaign"], form.cleaned_data["account"]
    if add_participants(campaign, [account], actor=request.user):
        said = f"{isolated(account)} takes part in “{isolated(campaign)}”."
        undo = address(request, "participant_remove", pk, campaign.pk)
        added = latest_change(campaign, account)
        say_done(request, said, undo, of=added, account=account.pk, back=PROFILE)
    else:
        text = f"{isolated(account)} takes part in “{isolated(campaign)}” already."
        messages.info(request, text)
    return go_to(request, profile)
