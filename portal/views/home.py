"""The first page: what brands ask of me, and my accounts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from portal import reading
from portal.access import in_each_organization
from portal.own_orders import own_work, work_in
from portal.passkeys import is_offered
from tenancy.access import portal_page
from tenancy.models import User
from tenancy.viewing import is_viewing, viewable


@require_GET
@never_cache
@portal_page
@viewable
def home(request: HttpRequest) -> HttpResponse:
    """The work that brands ask of me, and my TikTok accounts."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 -- portal_page saw to it
    found = in_each_organization(person, lambda *of: (reading.own_organization(*of), work_in(*of)))
    organizations, work = [own for own, _ in found], own_work([asked for _, asked in found])
    connections = reading.own_connections(person, organizations)
    live = reading.home_live(organizations, connections, work.facts)
    ended, new_texts = reading.to_reconnect(organizations), reading.with_new_text(organizations)
    context = {
        "work": work,
        "count": work.count + len(ended) + len(new_texts),
        "organizations": organizations,
        "to_reconnect": ended,
        "new_texts": new_texts,
        "connections": connections,
        "offers_passkey": not is_viewing(request) and is_offered(request, person),
        "live": live,
    }
    return live.answer(request) or render(request, "portal/home.html", context)
