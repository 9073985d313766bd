"""Pages for whoever holds a link: the link is the right."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mail.services.unsubscribing import subscription
from tenancy.access import public_page


@public_page
@csrf_exempt  # mail programs post here without a page of ours (RFC 8058); the signed link is the right
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A GET asks, a POST unsubscribes, and one with `undo` takes it back."""
    found = subscription(token)
    if found is None:
        raise Http404
    if request.method == "POST":
        found.resubscribe() if "undo" in request.POST else found.unsubscribe()
    return render(request, "public/unsubscribe.html", {"subscription": found})
