"""Pages for whoever holds a link: the link is the right."""

from __future__ import annotations

from base64 import b64decode

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from alerts.services.preferences import mail_switch
from mail.services.invitations import OpenInvitation, open_invitation
from mail.services.links.opening import note_opening
from mail.services.links.unsubscribing import subscription
from public.sign_in import send_code
from tenancy.access import public_page
from tenancy.forms import JoinForm
from tenancy.models import User
from tenancy.services.members import person_at
from ui.bidi import isolated
from ui.languages import in_own_language

# One transparent pixel.
PICTURE = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@public_page
@in_own_language
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


@public_page
@csrf_exempt  # as above: the signed link is the right
@require_http_methods(["GET", "HEAD", "POST"])
def alerts_off(request: HttpRequest, token: str) -> HttpResponse:
    """A GET asks, a POST turns off a member's e-mail of alerts, and one with `undo` turns it on again."""
    switch = mail_switch(token)
    if switch is None:
        raise Http404
    if request.method == "POST":
        switch.turn(is_on="undo" in request.POST)
    return render(request, "public/alerts_off.html", {"switch": switch})


@public_page
@never_cache
@require_http_methods(["GET", "HEAD"])
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The picture of a mail: the same for every address, also for one that is not ours."""
    if request.method == "GET" and ratelimit.consume(
        request, app="allauth.account", action="mail_opened", limit_get=True
    ):
        note_opening(token)
    return HttpResponse(PICTURE, content_type="image/gif")


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The end of an invitation: who has its link signs in with a code sent to the invited address, then joins."""
    invited = open_invitation(token)
    if invited is None:
        return render(request, "public/join_over.html", status=404)
    if request.user.is_authenticated:
        return _join_as(request, invited, request.user)
    known = User.objects.filter(email=invited.email).first()
    form = JoinForm(request.POST or None, is_known=known is not None)
    if form.is_valid():
        try:
            return send_code(request, known or person_at(invited.email, form.cleaned_data["name"]))
        except ValidationError as refused:  # too many codes
            form.add_error(None, refused)
    status = 422 if form.errors else 200
    return render(request, "public/join.html", {"invited": invited, "form": form}, status=status)


def _join_as(request: HttpRequest, invited: OpenInvitation, person: User) -> HttpResponse:
    is_invited = person.email == invited.email
    if request.method != "POST" or not is_invited:
        return render(request, "public/join.html", {"invited": invited, "is_other": not is_invited})
    membership = invited.accept(person)
    messages.success(request, f"Welcome to {isolated(membership.organization)}.")
    return redirect(membership.organization)
