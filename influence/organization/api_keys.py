"""API keys: made, shown once, listed by their first letters, revoked."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from influence.organization.frame import address, form_answer, sent
from tenancy.access import OrganizationRequest, staff_page
from tenancy.enums import Permission, Scope
from tenancy.forms import ApiKeyForm
from tenancy.models import ApiKey
from tenancy.queries import api_keys
from tenancy.services.organizations import create_api_key, revoke_api_key
from tenancy.services.submissions import make_once
from ui.bidi import isolated
from ui.paging import keyset_page
from ui.redirects import go_to
from ui.submitting import MADE_BEFORE, is_sent, sent_token

PAGE = "api_keys:page"
SHOWN_BEFORE = "The text of {key} was in that answer alone. If you did not see it, revoke the key and make another."


@staff_page(Permission.MANAGE_KEYS)
def keys_page(request: OrganizationRequest) -> HttpResponse:
    """All keys, newest first, the revoked ones too."""
    page = keyset_page(api_keys(), "-id", cursor=request.GET.get("cursor"))
    return render(request, "staff/organization/api_keys.html", {"page": page})


@staff_page(Permission.MANAGE_KEYS)
def add(request: OrganizationRequest) -> HttpResponse:
    """A new key. Its text is in this one answer and nowhere else."""
    form = ApiKeyForm(sent(request), initial={"scopes": [Scope.READ], "days": 90})
    back = address(request, PAGE)
    if not is_sent(request, form):
        return form_answer(request, "api_keys/add", title="New API key", back=back, form=form)
    texts: list[str] = []
    make = partial(_made, request, form, texts)
    made = make_once(sent_token(request), make, actor=request.user)
    key = get_object_or_404(api_keys(), pk=made.pk)
    if not made.is_first:
        messages.warning(request, f"{MADE_BEFORE} {SHOWN_BEFORE.format(key=key)}")
        return go_to(request, back)
    (text,) = texts
    title = "Your new API key"
    return form_answer(request, "api_keys/made", title=title, back=back, key=key, text=text)


def _made(request: OrganizationRequest, form: ApiKeyForm, texts: list[str]) -> ApiKey:
    """Make the key, and tell its text."""
    key, text = create_api_key(
        request.organization,
        form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.expires_at(),
        actor=request.user,
    )
    texts.append(text)
    return key


@staff_page(Permission.MANAGE_KEYS)
def revoke(request: OrganizationRequest, api_key_pk: int) -> HttpResponse:
    """End a key; a GET asks first."""
    key = get_object_or_404(api_keys(), pk=api_key_pk)
    back = address(request, PAGE)
    if request.method != "POST":
        return form_answer(
            request, "api_keys/revoke", title=f"Revoke {isolated(key.name)}?", back=back, key=key
        )
    if key.revoked_at is None:
        revoke_api_key(key, actor=request.user)
    messages.success(request, f"{key} is revoked: requests with it are refused from now on.")
    return go_to(request, back)
