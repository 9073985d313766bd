"""The first page: the brands that work with me, my accounts, and my mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from mail.services.links.opening import share_openings
from portal import reading
from tenancy.access import portal_page
from tenancy.models import User

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
