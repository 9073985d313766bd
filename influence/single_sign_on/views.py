"""Sign in at one's organization: by the domain of the e-mail address there, and back."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import request_login_code
from allauth.core import ratelimit
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from influence.single_sign_on import saml
from influence.single_sign_on.bounds import OF_THE_PROVIDER, a_place, left_alone_when_down
from influence.single_sign_on.protocol import Protocol, SignOnProvider
from tenancy.access import public_page
from tenancy.enums import Permission, SignOnProtocol
from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.forms import SignOnForm
from tenancy.models import Organization
from tenancy.policies import can
from tenancy.queries import membership_in, organization_at, sign_on_provider
from tenancy.scope import organization_scope
from tiktok.errors import SealBroken
from ui.languages import in_own_language

if TYPE_CHECKING:
    from influence.single_sign_on.saml.provider import SamlProvider

# A form that leads away: where to, its e-mail address says.
leads_away = csp_update(
    {"form-action": ["https:", *([] if settings.HTTPS else ["http://127.0.0.1:*", "http://localhost:*"])]}
)  # fmt: skip
OF_THE_PERSON = {
    SignOnFault.NOT_INVITED,
    SignOnFault.REMOVED,
    SignOnFault.INACTIVE,
    SignOnFault.OPERATIONS,
    SignOnFault.OTHER_DOMAIN,
    SignOnFault.HOSTED,
    SignOnFault.OTHER_ADDRESS,
    SignOnFault.OTHER_PERSON,
}


@public_page
@leads_away
@require_http_methods(["GET", "HEAD", "POST"])
def sign_on(request: HttpRequest) -> HttpResponse:
    """Ask for the e-mail address, and go to the provider of its domain."""
    given = request.GET.get("email") or request.GET.get("login_hint") or ""
    form = SignOnForm(request.POST or None, initial={"email": given})
    if form.is_valid():
        organization = signing_on_at(form.cleaned_data["email"])
        if organization:
            return set_out(request, organization, email=form.cleaned_data["email"])
        form.add_error(
            "email", "No organization signs people of this domain in. Use a code instead."
        )
    context = {"form": form, "next": get_next_redirect_url(request)}
    status = 422 if form.errors else 200
    return render(request, "public/single_sign_on.html", context, status=status)


@leads_away
@in_own_language
def request_code(request: HttpRequest) -> HttpResponse:
    """allauth's page of mailed codes; an address of a domain with single sign-on leads to the provider instead."""
    if request.method == "POST" and request.POST.get("way") != "code":
        email = request.POST.get("email", "")
        if organization := signing_on_at(email):
            return set_out(request, organization, email=email)
    return cast(HttpResponse, request_login_code(request))


class _Callback(OAuth2CallbackView):
    def _get_state(self, request: HttpRequest, provider: SignOnProvider) -> Any:
        """allauth's own; code, verifier and secret go to no other provider than the sign-in was begun at."""
        state, answer = super()._get_state(request, provider)
        if state and state["data"].get("identity") != provider.row.identity:
            raise SignOnRefused(SignOnFault.CHANGED)
        return state, answer


@public_page
@require_safe
def callback(request: HttpRequest, slug: str) -> HttpResponse:
    """The way back from the provider. Without a sign-in that was begun here, all organizations answer alike."""
    organization = Organization.objects.filter(slug=slug).first()
    try:
        if organization is None:
            raise SignOnRefused(SignOnFault.STATE)
        provider = provider_of(request, organization)
        if not isinstance(provider, SignOnProvider):
            raise SignOnRefused(SignOnFault.STATE)
        view = _Callback.adapter_view(Protocol(request, provider))
        with a_place(organization):
            return cast(HttpResponse, view(request))
    except SignOnRefused as refused:
        return refusal(request, organization, refused.fault)


def signing_on_at(email: str) -> Organization | None:
    """The organization whose provider signs this address in now."""
    organization = organization_at(email)
    if organization is None:
        return None
    with organization_scope(organization):
        provider = sign_on_provider()
    return organization if provider and provider.is_on else None


def set_out(
    request: HttpRequest, organization: Organization, *, email: str = "", is_test: bool = False
) -> HttpResponse:
    """Send the person to the provider, or say why not."""
    if limited := ratelimit.consume_or_429(request, action="single_sign_on"):
        return cast(HttpResponse, limited)
    try:
        provider = provider_of(request, organization)
        # A test is of what was corrected just now, so it asks in any case.
        asking = nullcontext() if is_test else left_alone_when_down(organization)
        with a_place(organization), asking:
            return provider.set_out(
                request, email=email, next_url=get_next_redirect_url(request), is_test=is_test
            )
    except SignOnRefused as refused:
        return refusal(request, organization, refused.fault)


def provider_of(request: HttpRequest, organization: Organization) -> SignOnProvider | SamlProvider:
    """The organization's provider. Raises SignOnRefused."""
    with organization_scope(organization):
        row = sign_on_provider()
    if row is None:
        raise SignOnRefused(SignOnFault.STATE)
    if row.protocol == SignOnProtocol.SAML:
        return saml.saml_provider(request, row, organization)
    try:
        return SignOnProvider(request, row, organization)
    except SealBroken as broken:
        raise SignOnRefused(SignOnFault.CLIENT) from broken


def refusal(
    request: HttpRequest, organization: Organization | None, fault: SignOnFault
) -> HttpResponse:
    """The page about what went wrong. Who manages the organization finds the way to its settings."""
    user = request.user
    membership = (
        membership_in(user, organization.pk) if organization and user.is_authenticated else None
    )
    manages = can(membership, Permission.MANAGE_ORGANIZATION)
    context = {"fault": fault, "organization": organization if manages else None}
    status = 502 if fault in OF_THE_PROVIDER else 403 if fault in OF_THE_PERSON else 400
    status = 503 if fault == SignOnFault.BUSY else status
    return render(request, "public/single_sign_on_refused.html", context, status=status)
