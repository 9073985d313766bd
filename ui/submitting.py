"""Forms that make something: sent twice, they make it once.

{% submission %}                                     in the form: a hidden field that names this one submission
if is_sent(request, form):                           a form without the field is refused
    make_once(sent_token(request), …)                `tenancy.services.submissions`
"""

from __future__ import annotations

import secrets

from django import forms
from django.contrib import messages
from django.http import HttpRequest

TOKEN = "token"  # noqa: S105 -- the name of a field
MADE_BEFORE = (
    "This form had been sent before, so nothing was added now. Open it anew to add another one."
)
MAY_BE_DOUBLED = "This form came without its token, so nothing was done: it could have been done twice. Check it and send it again."


def new_token() -> str:
    """A name for one submission of a form: sent twice, it has one effect."""
    return secrets.token_urlsafe(24)


def sent_token(request: HttpRequest) -> str:
    """The submission's token; empty when the form came without one."""
    return request.POST.get(TOKEN, "").replace("\0", "")[:64]


def say_made(request: HttpRequest, text: str, *, is_first: bool) -> None:
    """Say that it is made, or that an earlier sending of this form had made what it asked for then."""
    if is_first:
        messages.success(request, text)
    else:
        messages.info(request, MADE_BEFORE)


def is_sent(request: HttpRequest, form: forms.BaseForm) -> bool:
    """Was the form sent, with its token and without errors? One without a token gets an error."""
    if request.method != "POST":
        return False
    is_right = form.is_valid()
    if form.is_bound and not sent_token(request):
        form.add_error(None, MAY_BE_DOUBLED)
        return False
    return is_right
