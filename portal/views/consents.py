"""The text that I agree to: read before I go to TikTok, agreed to anew where it allows more, and read again at any time."""

from __future__ import annotations

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from portal import reading
from portal.access import InfluencerRequest, influencer_page
from tenancy.viewing import viewable
from tiktok.errors import NoMarketplaceAccount
from tiktok.models import Consent
from tiktok.queries.consents import current_text, text_of
from tiktok.services.connect.consents import agree_anew
from tiktok.services.grants.grants import LINKING
from tiktok.views.creators import set_out
from tiktok.views.redirects import leads_to
from ui.bidi import isolated

LINK_WAY = "links"


@leads_to("TIKTOK_AUTHORIZE_URL")
@require_http_methods(["GET", "POST"])
@never_cache
@influencer_page
def connect(request: InfluencerRequest) -> HttpResponse:
    """Show what I agree to, and go on to TikTok. `?account=` asks for one of my accounts and no other; `?way=links`
    for the permission to answer link requests here, too."""
    handle, text = _own_handle(request), current_text()
    problem, asks_to_link = "", request.GET.get("way") == LINK_WAY
    if request.method == "POST" and _is_read(request, str(text)):
        try:
            return set_out(
                request,
                request.organization,
                handle=handle,
                text=str(text),
                back=request.get_full_path(),
                scopes=[LINKING] if asks_to_link else [],
            )
        except NoMarketplaceAccount:
            problem = _(
                "%(who)s has not set up TikTok here yet. Please let them know, and try again later."
            ) % {"who": isolated(request.organization)}
    elif request.method == "POST":
        problem = _("The text has changed meanwhile. Please read it again before you agree.")
    context = {
        "organization": request.organization,
        "handle": handle,
        "problem": problem,
        "text": text,
        "asks_to_link": asks_to_link,
        "publishes": _publishes(request, handle),
    }
    return render(request, "portal/connect.html", context, status=409 if problem else 200)


def _is_read(request: InfluencerRequest, text: str) -> bool:
    """Was this the text on the page that was sent?"""
    return request.POST.get("text") == text


def _publishes(request: InfluencerRequest, handle: str) -> bool:
    """Have I let us publish my videos to this account for the organization? Then the page does not say that nobody can post."""
    own = reading.own_accounts(request.influencer)
    return any(each.publishing for each in own if each.creator.handle == handle)


def _own_handle(request: InfluencerRequest) -> str:
    asked = request.GET.get("account", "")
    own = {account.creator.handle for account in reading.own_accounts(request.influencer)}
    if asked and asked not in own:
        raise Http404
    return asked


@require_http_methods(["GET", "POST"])
@never_cache
@influencer_page
def agree(request: InfluencerRequest, creator_id: int) -> HttpResponse:
    """Agree to a text that allows more than the one I agreed to. TikTok asks nothing."""
    consent = _own_consents(request).filter(creator=creator_id, withdrawn_at=None).first()
    if consent is None:
        raise Http404
    text, problem = current_text(), ""
    if request.method == "POST" and _is_read(request, str(text)):
        agree_anew(consent, text, actor=request.user)
        messages.success(request, _("You have agreed to the new text."))
        return redirect("portal:home")
    if request.method == "POST":
        problem = _("The text has changed meanwhile. Please read it again before you agree.")
    context = {
        "organization": request.organization,
        "handle": consent.creator.handle,
        "text": text,
        "is_outdated": True,
        "problem": problem,
        "publishes": _publishes(request, consent.creator.handle),
    }
    return render(request, "portal/connect.html", context, status=409 if problem else 200)


@require_GET
@never_cache
@influencer_page
@viewable
def agreed_text(request: InfluencerRequest, consent_id: int) -> HttpResponse:
    """The text as I agreed to it."""
    consent = get_object_or_404(_own_consents(request), pk=consent_id)
    context = {
        "organization": request.organization,
        "consent": consent,
        "text": text_of(consent),
        "publishes": _publishes(request, consent.creator.handle),
    }
    return render(request, "portal/agreed_text.html", context)


def _own_consents(request: InfluencerRequest) -> models.QuerySet[Consent]:
    rows = Consent.objects.filter(connection__person=request.user)
    return rows.select_related("creator", "connection", "purpose")
