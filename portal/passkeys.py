"""Passkeys of a person who signs in by code: a second way in, by finger, face or the code of a device.

For members a passkey is a second factor besides, and is kept on their own pages (`mfa_index`).
"""

from __future__ import annotations

import time
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from tenancy.access import View
from tenancy.forms import only_of_devices
from tenancy.models import User
from tenancy.queries import memberships_of
from ui.names import NameField

RECENT_SECONDS = 15 * 60  # a session that was left open longer ago changes no way in
NAME_LENGTH = 60


class NameForm(forms.Form):
    """The name by which the person tells one passkey from another."""

    name = NameField(label=gettext_lazy("Name"), max_length=NAME_LENGTH)


class PasskeyForm(AddWebAuthnForm):
    """A new passkey: what the device has made, and a name."""

    name = NameField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Such as “My phone”."),
        max_length=NAME_LENGTH,
        required=False,
    )
    passwordless = None  # they all are

    def clean(self) -> dict[str, Any]:
        with only_of_devices():
            cleaned: dict[str, Any] = super().clean()
        return cleaned


def passkeys_of(person: User) -> models.QuerySet[Authenticator]:
    """The passkeys of this person, the oldest first."""
    rows = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return rows.order_by("pk")


def is_member(person: User) -> bool:
    """Do they belong to an organization, or run this installation?"""
    return bool(person.is_staff or memberships_of(person))


def signed_in_recently(request: HttpRequest, person: User, *, method: str = "") -> bool:
    """Has this session proven who it is within the last quarter of an hour, by this method of allauth's if one is given?"""
    records = get_authentication_records(request, person)
    since = time.time() - RECENT_SECONDS
    return any(each["at"] > since and method in {"", each["method"]} for each in records)


def is_offered(request: HttpRequest, person: User) -> bool:
    """Have they just signed in by a code, and have no passkey yet?"""
    return signed_in_recently(request, person, method="code") and not passkeys_of(person).exists()


def for_members_only(view: View) -> View:
    """A page of allauth about passwords and second factors. Somebody who signs in by code alone is led to their own page."""

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = request.user
        if not isinstance(person, User) or is_member(person):
            return view(request, *args, **kwargs)
        return redirect("portal:sign_in")

    return led


def has_app(person: User) -> bool:
    """Do they have an authenticator app, as somebody who was a member once may?"""
    return Authenticator.objects.filter(user=person, type=Authenticator.Type.TOTP).exists()
