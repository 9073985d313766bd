"""Going on to another page, from a page and from a dialog."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Redirect the browser to a page, out of a dialog, too."""
    is_htmx = getattr(request, "htmx", False)
    return HttpResponseClientRedirect(url) if is_htmx else HttpResponseRedirect(url)
