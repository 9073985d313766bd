"""The code by which somebody who holds a link proves that the address is theirs: allauth's, with its limits."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from tenancy.forms import LoginCodeForm
from tenancy.models import User


def send_code(request: HttpRequest, person: User) -> HttpResponse:
    """Mail a code to the person and ask for it; signed in, they come back to this page. Raises ValidationError."""
    form = LoginCodeForm({"email": person.email})
    if not form.is_valid():
        raise ValidationError(form.errors["email"])
    LoginCodeVerificationProcess.initiate(request=request, user=person, email=person.email)
    query = urlencode({"next": request.path})
    return redirect(f"{reverse('account_confirm_login_code')}?{query}")
