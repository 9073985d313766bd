"""The influencers' dashboard: who sees my TikTok, what they see, and how I stop it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jobs.services.jobs import begin_at_once
from jobs.views import follow_own
from mail.services.links.opening import share_openings
from portal import reading
from portal.access import InfluencerRequest, influencer_page
from portal.errands import start_disconnecting
from tenancy.access import portal_page
from tenancy.models import User
from tenancy.scope import person_scope
from tiktok.errors import NoMarketplaceAccount
from tiktok.models import Connection
from tiktok.services.connect.connect import start_connect
from tiktok.services.connect.connections import CONSENT_VERSION
from tiktok.services.connect.disconnect import withdraw_consent
from tiktok.views.redirects import leads_to
from ui.bidi import isolated

NOT_SHARED = "Brands no longer see when you open their mail. What they saw of it was deleted."


@require_GET
@never_cache
@portal_page
def home(request: HttpRequest) -> HttpResponse:
    """The brands that work with me, and my TikTok accounts."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 -- portal_page saw to it
    organizations = reading.own_organizations(person)
    connections = reading.own_connections(person, organizations)
    live = reading.home_live(organizations, connections)
    context = {"organizations": organizations, "connections": connections, "live": live}
    return live.answer(request) or render(request, "portal/home.html", context)


@require_GET
@never_cache
@influencer_page
def organization(request: InfluencerRequest) -> HttpResponse:
    """Show what one brand sees of my accounts, number by number."""
    accounts = [reading.seen_of(own) for own in reading.own_accounts(request.influencer)]
    live = reading.seen_live(accounts)
    context = {"organization": request.organization, "accounts": accounts, "live": live}
    return live.answer(request) or render(request, "portal/organization.html", context)


@leads_to("TIKTOK_AUTHORIZE_URL")
@require_http_methods(["GET", "POST"])
@never_cache
@influencer_page
def connect(request: InfluencerRequest) -> HttpResponse:
    """Show what I agree to, and go on to TikTok. `?account=` asks for one of my accounts and no other."""
    handle = _own_handle(request)
    problem = ""
    if request.method == "POST":
        try:
            return redirect(
                start_connect(
                    request.user,
                    request.organization,
                    session_key=request.session.session_key or "",
                    expected_handle=handle,
                )
            )
        except NoMarketplaceAccount:
            problem = f"{isolated(request.organization)} has not set up TikTok here yet. Please let them know, and try again later."
    return render(
        request,
        "portal/connect.html",
        {
            "organization": request.organization,
            "handle": handle,
            "problem": problem,
            "consent_text": f"portal/consent/{CONSENT_VERSION}.html",
            "consent_version": CONSENT_VERSION,
        },
        status=409 if problem else 200,
    )


def _own_handle(request: InfluencerRequest) -> str:
    asked = request.GET.get("account", "")
    own = {account.creator.handle for account in reading.own_accounts(request.influencer)}
    if asked and asked not in own:
        raise Http404
    return asked


@require_POST
@portal_page
def openings(request: HttpRequest) -> HttpResponse:
    """Let brands see when I open their mail, or no longer."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    is_shared = "share" in request.POST
    share_openings(request.user, is_shared=is_shared)
    text = "Brands can see when you open their mail." if is_shared else NOT_SHARED
    messages.success(request, text)
    return redirect("portal:home")


@require_POST
@influencer_page
def withdraw(request: InfluencerRequest, creator_id: int) -> HttpResponse:
    """One brand no longer sees one of my accounts."""
    for own in reading.own_accounts(request.influencer):
        if own.creator.pk == creator_id:
            if own.consent is not None:
                withdraw_consent(own.consent, actor=request.user)
            messages.success(
                request,
                f"{isolated(request.organization)} no longer sees the private numbers of @{isolated(own.creator.handle)}.",
            )
            return redirect("portal:home")
    raise Http404


@require_POST
@portal_page
def disconnect_account(request: HttpRequest, connection_id: int) -> HttpResponse:
    """End the grant at TikTok and here, for every brand."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    connection = get_object_or_404(Connection, pk=connection_id, person=request.user)
    with person_scope(request.user):
        job = start_disconnecting(connection, person=request.user)
        return follow_own(request, begin_at_once(job))
