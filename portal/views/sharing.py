"""Sharing: which brands see my accounts and my mail, what each sees, and the end of it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm.queries.receipts import receipts_of
from crm.services.erasure.sharing import stop_sharing
from jobs.services.jobs import begin_at_once
from jobs.views import follow_own
from mail.services.links.opening import share_openings
from portal import reading
from portal.access import InfluencerRequest, influencer_page
from portal.errands import start_disconnecting
from tenancy.access import portal_page
from tenancy.models import User
from tenancy.scope import person_scope
from tenancy.viewing import is_viewing, viewable
from tiktok.models import Connection
from ui.bidi import isolated
from ui.languages import own_language


@require_GET
@never_cache
@portal_page
@viewable
def sharing(request: HttpRequest) -> HttpResponse:
    """The brands that work with me, and which of my accounts each sees."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    organizations = reading.own_organizations(request.user)
    live = reading.home_live(organizations, [], [])
    receipts = [] if is_viewing(request) else receipts_of(request.user)
    context = {"organizations": organizations, "live": live, "receipts": receipts}
    return live.answer(request) or render(request, "portal/sharing.html", context)


@require_GET
@never_cache
@influencer_page
@viewable
def organization(request: InfluencerRequest) -> HttpResponse:
    """Show what one brand sees of my accounts, number by number."""
    accounts = [reading.seen_of(own) for own in reading.own_accounts(request.influencer)]
    live = reading.seen_live(accounts)
    context = {"organization": request.organization, "accounts": accounts, "live": live}
    return live.answer(request) or render(request, "portal/organization.html", context)


@require_POST
@influencer_page
def withdraw(request: InfluencerRequest, creator_id: int) -> HttpResponse:
    """One brand no longer sees one of my accounts."""
    for own in reading.own_accounts(request.influencer):
        if own.creator.pk == creator_id:
            if own.consent is not None:
                stop_sharing(own.consent, person=request.user, language=own_language(request))
            text = _("%(who)s no longer sees the private numbers of @%(handle)s.")
            names = {"who": isolated(request.organization), "handle": own.creator.handle}
            messages.success(request, text % names)
            return redirect("portal:sharing")
    raise Http404


@require_POST
@portal_page
def disconnect_account(request: HttpRequest, connection_id: int) -> HttpResponse:
    """End the grant at TikTok and here, for every brand."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    connection = get_object_or_404(Connection, pk=connection_id, person=request.user)
    with person_scope(request.user):
        job = start_disconnecting(connection, person=request.user, language=own_language(request))
        return follow_own(request, begin_at_once(job))


@require_POST
@portal_page
def openings(request: HttpRequest) -> HttpResponse:
    """Let brands see when I open their mail, or no longer."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    is_shared = "share" in request.POST
    share_openings(request.user, is_shared=is_shared)
    if is_shared:
        messages.success(request, _("Brands can see when you open their mail."))
    else:
        messages.success(
            request,
            _("Brands no longer see when you open their mail. What they saw of it was deleted."),
        )
    return redirect("portal:sharing")
