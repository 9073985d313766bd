"""Sign-in: the passkeys of a person who otherwise signs in by code."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.mfa.webauthn.internal.auth import WebAuthn, begin_registration
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.passkeys import (
    NameForm,
    PasskeyForm,
    has_app,
    is_member,
    passkeys_of,
    signed_in_recently,
)
from tenancy.access import portal_page
from tenancy.models import User


@require_http_methods(["GET", "POST"])
@never_cache
@portal_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show my passkeys, and add one. Members have pages of their own for that."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101 -- portal_page saw to it
    if is_member(person):
        return redirect("mfa_index")
    is_recent = signed_in_recently(request, person)
    is_sent = request.method == "POST" and is_recent
    form = PasskeyForm(request.POST if is_sent else None, initial={"name": ""}, user=person)
    if is_sent and form.is_valid():
        WebAuthn.add(person, form.cleaned_data["name"], form.cleaned_data["credential"])
        get_adapter().send_notification_mail("mfa/email/webauthn_added", person)
        messages.success(request, _("The passkey is added. Next time, sign in with it."))
        return redirect("portal:sign_in")
    context = {
        "passkeys": passkeys_of(person),
        "form": form,
        "is_recent": is_recent,
        "has_app": has_app(person),
        "creation": {"creation_options": begin_registration(person, passwordless=True)},
    }
    return render(request, "portal/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
@portal_page
def passkey(request: HttpRequest, passkey_pk: int) -> HttpResponse:
    """Name one of my passkeys, or remove it."""
    assert isinstance(request.user, User)  # noqa: S101 -- portal_page saw to it
    found = get_object_or_404(passkeys_of(request.user), pk=passkey_pk)
    form = NameForm(request.POST)
    if not signed_in_recently(request, request.user):
        messages.error(request, _("Nothing was changed. Sign in again first."))
    elif "remove" in request.POST:
        found.delete()
        get_adapter().send_notification_mail("mfa/email/webauthn_removed", request.user)
        messages.success(request, _("The passkey is removed. It no longer signs you in."))
    elif form.is_valid():
        found.wrap().name = form.cleaned_data["name"]
        found.save()
        messages.success(request, _("The name is saved."))
    else:
        messages.error(request, _("Enter a name of 60 characters at most."))
    return redirect("portal:sign_in")


@require_POST
@portal_page
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """End this session, and come back by a new code."""
    logout(request)
    query = urlencode({"next": reverse("portal:sign_in")})
    return redirect(f"{reverse('account_request_login_code')}?{query}")
