"""The address from which TikTok fetches a film that is to be published. Nobody signs in; the address is the right, for a while."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from campaigns.services.publishing.addresses import fetched_film, read_film_link
from files.views import as_shown
from public.links import private
from tenancy.access import public_page
from tenancy.scope import organization_scope


@public_page
@require_safe
def film(request: HttpRequest, token: str) -> HttpResponseBase:
    """One film, while TikTok may fetch it. What is no address of ours, is too old or closed gets the same answer."""
    link = read_film_link(token)
    if link is None:
        raise Http404
    with organization_scope(link.organization):
        file = fetched_film(link.row_id)
        if file is None:
            raise Http404
        return private(as_shown(request, file))
